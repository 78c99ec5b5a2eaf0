//! Real workers: this test program starts itself as one. It has no harness, since the child must own its
//! standard streams.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
use std::time::Duration;

use cleanbill_worker::{Limits, Pool, PoolSettings, WorkError, serve};

/// What the child does with each message: one word, one way to misbehave.
fn misbehave(message: &[u8]) -> Vec<u8> {
    match message {
        b"files" => verdict(std::fs::read_to_string("/etc/hostname").is_ok()),
        b"write" => verdict(std::fs::write(std::env::temp_dir().join("cleanbill-worker-test"), "x").is_ok()),
        b"network" => verdict(std::net::TcpListener::bind("127.0.0.1:0").is_ok()),
        b"program" => verdict(std::process::Command::new("true").status().is_ok()),
        b"memory" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            for _ in 0..64 {
                hoard.push(vec![1; 64 * 1024 * 1024]);
            }
            vec![u8::try_from(hoard.len()).unwrap_or(0)]
        }
        b"stack" => vec![u8::from(dive(0) > 0)],
        b"sleep" => {
            std::thread::sleep(Duration::from_secs(30));
            Vec::new()
        }
        other => other.iter().rev().copied().collect(),
    }
}

fn verdict(possible: bool) -> Vec<u8> {
    if possible {
        b"possible".to_vec()
    } else {
        b"refused".to_vec()
    }
}

#[allow(unconditional_recursion, reason = "the point is to run out of stack")]
fn dive(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 512]);
    dive(depth + 1) + frame[0]
}

fn main() {
    if std::env::args().any(|argument| argument == "as-worker") {
        let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
        serve(&mut input, &mut output, &Limits::default(), misbehave).expect("the worker's pipes hold");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(cases());
    println!("1 passed, 0 failed");
}

async fn cases() {
    let pool = Pool::new(PoolSettings {
        program: std::env::current_exe().expect("the test knows itself").into(),
        arguments: vec!["as-worker".into()],
        workers: 2,
        deadline: Duration::from_secs(5),
    });
    assert_eq!(
        pool.ask(b"abc").await.expect("an honest message is answered"),
        b"cba"
    );
    if cfg!(target_os = "linux") {
        let given_up = pool.confinement();
        assert!(given_up.limits && given_up.calls, "{given_up:?}");
        for wish in ["files", "write", "network", "program"] {
            let answer = pool
                .ask(wish.as_bytes())
                .await
                .expect("a refused wish kills nobody");
            assert_eq!(answer, b"refused", "{wish} was possible in a worker");
        }
    }
    for end in ["memory", "stack"] {
        let error = pool.ask(end.as_bytes()).await.expect_err("the worker dies of it");
        assert!(matches!(error, WorkError::Died { .. }), "{end}: {error}");
        assert_eq!(pool.ask(b"next").await.expect("another takes its place"), b"txen");
    }
    let quick = Pool::new(PoolSettings {
        program: std::env::current_exe().expect("the test knows itself").into(),
        arguments: vec!["as-worker".into()],
        workers: 1,
        deadline: Duration::from_secs(1),
    });
    let error = quick
        .ask(b"sleep")
        .await
        .expect_err("it is ended at the deadline");
    assert_eq!(error, WorkError::Deadline { seconds: 1 });
    assert_eq!(quick.ask(b"ab").await.expect("another takes its place"), b"ba");
}
