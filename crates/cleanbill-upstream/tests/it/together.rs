//! Many at once: coalesced, bounded, not undone by one who goes away; two clients on one folder.
use std::{sync::Arc, time::Duration};

use cleanbill_ports::{Registry as _, Source};
use cleanbill_testkit::{Behaviour, PackageBuilder, Registry};
use futures::future::join_all;
use tempfile::tempdir;

use crate::support::{cached, files, name, packument, quick, registry, upstream};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_thing_asked_many_times_at_once_is_asked_once() {
    let registry = registry();
    registry.order("/left", [Behaviour::SlowStart(Duration::from_millis(150))]);
    let client = upstream(quick(registry.url()));
    let answers = join_all((0..50).map(|_| packument(&client, "left"))).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().is_ok_and(|it| it.source == Source::Network))
    );
    assert_eq!(registry.log().len(), 1);
}

#[tokio::test]
async fn a_failure_is_shared_and_not_kept() {
    let registry = registry();
    registry.order("/left", (0..3).map(|_| Behaviour::Status(500)));
    let client = upstream(quick(registry.url()));
    let answers = join_all((0..10).map(|_| packument(&client, "left"))).await;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(registry.log().len(), 3);
    assert!(packument(&client, "left").await.is_ok());
}

#[tokio::test]
async fn one_who_goes_away_does_not_take_the_request_along() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    registry.order("/left", [Behaviour::SlowStart(Duration::from_millis(100))]);
    let client = upstream(cached(registry.url(), folder.path()));
    let asked = name("left");
    assert!(
        tokio::time::timeout(Duration::from_millis(30), client.packument(&asked))
            .await
            .is_err()
    );
    assert!(packument(&client, "left").await.is_ok());
    assert_eq!(registry.log().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_the_settings_say_are_in_flight() {
    let registry = Registry::with((0..40).map(|n| {
        PackageBuilder::new(&format!("p{n}"))
            .release("1.0.0", &[])
            .build()
    }));
    registry.order_everywhere(Some(Behaviour::SlowStart(Duration::from_millis(20))));
    let mut settings = quick(registry.url());
    settings.concurrency = 5;
    let client = upstream(settings);
    let names: Vec<String> = (0..40).map(|n| format!("p{n}")).collect();
    let answers = join_all(names.iter().map(|name| packument(&client, name))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(registry.peak() <= 5, "{}", registry.peak());
    assert!(registry.peak() >= 3, "{}", registry.peak());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_take_turns_and_all_arrive() {
    let registry = Registry::with([]);
    let body = format!("{{\"x\":\"{}\"}}", "y".repeat(3 * 1024 * 1024)).into_bytes();
    let behaviour = Behaviour::Body {
        content_type: "application/json".into(),
        bytes: body.clone(),
    };
    registry.order_everywhere(Some(behaviour));
    let mut settings = quick(registry.url());
    settings.deadlines.stall = Duration::from_secs(10);
    settings.deadlines.whole = Duration::from_secs(20);
    let client = upstream(settings);
    let names: Vec<String> = (0..10).map(|n| format!("p{n}")).collect();
    for answer in join_all(names.iter().map(|name| packument(&client, name))).await {
        assert_eq!(answer.unwrap().bytes.len(), body.len());
    }
}

/// Two clients stand for two processes: they share nothing but the folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_on_one_folder_never_see_half_a_file() {
    let (registry, folder) = (registry(), tempdir().unwrap());
    let clients = [
        Arc::new(upstream(cached(registry.url(), folder.path()))),
        Arc::new(upstream(cached(registry.url(), folder.path()))),
    ];
    let publish = |n: usize| {
        let patch = format!("1.0.{n}");
        registry.publish(
            PackageBuilder::new("left")
                .release("1.0.0", &[])
                .release(&patch, &[("a.js", &"a".repeat(n * 500))])
                .build(),
        );
    };
    for round in 1..15 {
        publish(round);
        let tasks = (0..8).map(|n| {
            let client = Arc::clone(&clients[n % 2]);
            tokio::spawn(async move { packument(&client, "left").await })
        });
        for answer in join_all(tasks).await {
            let bytes = answer.unwrap().unwrap().bytes;
            assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        }
    }
    assert_eq!(files(folder.path()).len(), 1);
}
