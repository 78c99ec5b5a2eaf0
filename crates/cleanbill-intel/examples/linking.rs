//! Links made-up releases and says how long it took: `linking COUNT...`.
//! Each count is a set of its own: families of a dozen, with shared code, hosts and accounts, among strangers that
//! share popular hosts and library code with all of them.
#![expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the clock and its arguments"
)]
use std::time::Instant;

use cleanbill_intel::link::{Background, Facts, link};
use cleanbill_model::Timestamp;

/// Releases of one family.
const FAMILY: u64 = 12;
/// Fingerprints of each kind in one release: those of a payload of some 40 KB.
const PRINTS: u64 = 400;

/// Numbers that look drawn and are the same each time.
fn drawn(seed: u64) -> u64 {
    let mut number = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn release(number: u64) -> Facts {
    let family = number / FAMILY;
    // One family in three has no kin at all: each of its releases stands alone.
    let own = if family.is_multiple_of(3) {
        number + 1_000_000
    } else {
        family
    };
    let prints = |kind: u64| -> Vec<u64> {
        let of = |at: u64| {
            // Nine in ten are the family's, the rest the release's own.
            if at.is_multiple_of(10) {
                drawn(drawn(number + 7_000_000) + at + kind)
            } else {
                drawn(drawn(own) + at + kind)
            }
        };
        (0..PRINTS).map(of).collect()
    };
    Facts {
        release: format!("p{number}@1.0.0"),
        name: format!("p{number}"),
        code: prints(1_000_000_007),
        trees: prints(2_000_000_011),
        runs: prints(3_000_000_019),
        indicators: vec![
            format!("host c{own}.example"),
            format!("host popular{}.example", drawn(number) % 40),
        ],
        publishers: vec![format!("account {}", drawn(number / 2) % 100_000)],
        published: i64::try_from(drawn(own) % 100_000_000)
            .ok()
            .map(|second| Timestamp::from_millis(second * 1_000)),
        ..Facts::default()
    }
    .in_order()
}

fn main() {
    for count in std::env::args()
        .skip(1)
        .filter_map(|count| count.parse::<u64>().ok())
    {
        let all: Vec<Facts> = (0..count).map(release).collect();
        let started = Instant::now();
        let background = Background::of(&all);
        let clusters = link(&all, &background);
        println!(
            "{count} releases: {} clusters in {:.2} s",
            clusters.len(),
            started.elapsed().as_secs_f64()
        );
    }
}
