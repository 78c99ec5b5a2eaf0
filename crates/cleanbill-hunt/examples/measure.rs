//! Hunts the built-in campaigns below a folder and says how long it took: for measuring, not for use.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a measurement reads the clock"
)]
use std::{path::Path, time::Instant};

use cleanbill_hunt::{History, HuntOptions, Watch, hunt};

fn main() {
    let started = Instant::now();
    let watch = Watch::new(cleanbill_feeds::pack::campaigns().expect("the pack")).expect("a watch");
    let ready = started.elapsed();
    let roots = std::env::args_os().skip(1).map(Into::into).collect();
    let show = |path: &Path| path.display().to_string();
    let hunted = hunt(
        &watch,
        &HuntOptions {
            roots,
            logs: Vec::new(),
            history: History::Read,
            would: None,
            show: &show,
            tick: &|_| {},
        },
    );
    println!(
        "ready in {ready:?}, done in {:?}: {:?}, {} sightings, {} unseen",
        started.elapsed(),
        hunted.looked,
        hunted.sightings.len(),
        hunted.unseen.len()
    );
    for unseen in hunted.unseen.iter().take(3) {
        println!("{unseen:?}");
    }
}
