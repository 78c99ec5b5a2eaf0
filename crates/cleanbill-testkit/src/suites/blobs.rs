//! The suite of [`Blobs`].
//! It does not know where the bytes go.
use cleanbill_ports::{BlobKey, Blobs};

/// Runs the suite on an empty store; `open` gives a new handle to the same store each time.
///
/// # Panics
/// When the store breaks a promise of the port.
#[expect(clippy::expect_used, clippy::panic, reason = "a suite fails by panicking")]
pub fn blobs<B: Blobs>(open: impl Fn() -> B + Sync) {
    let key = |n: usize| BlobKey::parse(&format!("{n:064x}")).expect("64 digits");
    let get = |store: &B, n: usize| store.get(&key(n)).expect("a store that can be read");
    let put =
        |store: &B, n: usize, bytes: &[u8]| store.put(&key(n), bytes).expect("a store that can be written");

    let store = open();
    assert_eq!(get(&store, 1), None, "an empty store has something");

    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (n, bytes) in [b"".as_slice(), b"a", b"\n\0\xff", &every_byte]
        .into_iter()
        .enumerate()
    {
        put(&store, n, bytes);
        assert_eq!(
            get(&store, n).as_deref(),
            Some(bytes),
            "what is read is not what was put"
        );
    }

    put(&store, 1, b"second");
    assert_eq!(
        get(&store, 1).as_deref(),
        Some(b"second".as_slice()),
        "a second put does not take the place"
    );
    assert_eq!(get(&store, 9), None, "a key that was never put has something");
    assert_eq!(
        get(&open(), 3),
        Some(every_byte),
        "another handle does not read what this one put"
    );

    let prefix = BlobKey::parse(&format!("{:040x}", 1)).expect("40 digits");
    assert_eq!(
        store.get(&prefix).expect("a store that can be read"),
        None,
        "a shorter key reads a longer one"
    );

    let versions: Vec<Vec<u8>> = (0..8_u8).map(|n| vec![n; 50_000 + usize::from(n)]).collect();
    put(&store, 20, &versions.first().cloned().unwrap_or_default());
    std::thread::scope(|scope| {
        for bytes in &versions {
            scope.spawn(|| {
                let store = open();
                for _ in 0..20 {
                    put(&store, 20, bytes);
                    let Some(read) = get(&store, 20) else {
                        panic!("a reader found nothing between two puts")
                    };
                    assert!(
                        versions.contains(&read),
                        "a reader saw {} bytes nobody put",
                        read.len()
                    );
                }
            });
        }
    });
}
