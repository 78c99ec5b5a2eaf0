//! A registry that goes wrong in every way it can: nothing unverified leaves, and nothing wrong stays.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]
mod stand;

use std::{sync::Arc, time::Duration};

use cleanbill_testkit::{Behaviour, PackageBuilder, Registry};
use cleanbill_upstream::{
    Upstream,
    settings::{Cache, UpstreamSettings},
};
use stand::{FULL, SHORT, Stand, left};

const NOW: &str = "2026-07-01T00:00:00Z";
const TARBALL: &str = "/left/-/left-1.0.0.tgz";

async fn stand() -> Stand {
    Stand::new(Registry::with([left().build()]), NOW).await
}

fn wrong() -> Vec<Behaviour> {
    vec![
        Behaviour::Status(500),
        Behaviour::Html,
        Behaviour::Body {
            content_type: "application/json".into(),
            bytes: b"[1,2]".to_vec(),
        },
        Behaviour::Body {
            content_type: "application/json".into(),
            bytes: b"{\"versions\":{\"1.0.0\":".to_vec(),
        },
        Behaviour::Drop { after: 100 },
        Behaviour::DropPacked { after: 40 },
        Behaviour::WrongGzip,
        Behaviour::CutGzip,
        Behaviour::PromisesTooMuch,
        Behaviour::Bomb {
            unpacked: 32 * 1024 * 1024,
        },
        Behaviour::NotModified,
        Behaviour::Redirect {
            status: 302,
            to: "http://192.0.2.1/left".into(),
        },
        Behaviour::Redirect {
            status: 301,
            to: "file:///etc/hostname".into(),
        },
        Behaviour::Stall { after: 60 },
        Behaviour::Endless,
    ]
}

/// Runs a trial of every wrong behaviour, side by side: each waits for its own retries.
async fn each<F: Future<Output = ()> + Send + 'static>(trial: impl Fn(Behaviour) -> F) {
    let trials: Vec<_> = wrong()
        .into_iter()
        .map(|behaviour| tokio::spawn(trial(behaviour)))
        .collect();
    for trial in trials {
        trial.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_wrong_in_any_way_is_an_error_of_upstream_and_is_not_kept() {
    each(|behaviour| async move {
        let stand = stand().await;
        stand.registry.order_always("/left", behaviour.clone());
        let status = stand.status("/left").await;
        assert!(matches!(status, 502 | 504), "{behaviour:?} gives {status}");
        let tarball = stand.status(TARBALL).await;
        assert!(
            matches!(tarball, 502 | 504),
            "{behaviour:?} gives {tarball} for the tarball"
        );
        stand.registry.order_always("/left", Behaviour::Honest);
        assert_eq!(stand.status("/left").await, 200, "after {behaviour:?} it heals");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tarball_that_is_wrong_in_any_way_never_leaves() {
    each(|behaviour| async move {
        let stand = stand().await;
        assert_eq!(stand.status("/left").await, 200);
        stand.registry.order_always(TARBALL, behaviour.clone());
        let document = stand.json("/left").await;
        let answer = stand.get(TARBALL, &[]).await;
        let status = answer.status().as_u16();
        if status == 200 {
            // A wrong word about the coding does not matter where the bytes are those announced.
            let announced = document["versions"]["1.0.0"]["dist"]["integrity"]
                .as_str()
                .unwrap();
            let bytes = answer.bytes().await.unwrap();
            assert_eq!(
                cleanbill_testkit::replay::sri_sha512(&bytes),
                announced,
                "{behaviour:?}"
            );
        } else {
            assert!(matches!(status, 403 | 502 | 504), "{behaviour:?} gives {status}");
            assert_eq!(
                answer.headers()["content-type"],
                "application/json",
                "{behaviour:?}"
            );
        }
        stand.registry.order_always(TARBALL, Behaviour::Honest);
        assert_eq!(stand.status(TARBALL).await, 200, "after {behaviour:?} it heals");
    })
    .await;
}

#[tokio::test]
async fn a_slow_registry_is_waited_for_once_by_many_and_by_those_who_stay() {
    let stand = Arc::new(stand().await);
    stand
        .registry
        .order("/left", [Behaviour::SlowStart(Duration::from_millis(400))]);
    let mut gone = Vec::new();
    for _ in 0..50 {
        let stand = Arc::clone(&stand);
        gone.push(tokio::spawn(async move { stand.status("/left").await }));
    }
    let mut stay = Vec::new();
    for _ in 0..450 {
        let stand = Arc::clone(&stand);
        stay.push(tokio::spawn(async move { stand.status("/left").await }));
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    for task in gone {
        task.abort();
    }
    for task in stay {
        assert_eq!(task.await.unwrap(), 200);
    }
    assert_eq!(
        stand.registry.requests_for("/left").len(),
        1,
        "500 clients, one request"
    );
}

#[tokio::test]
async fn a_leader_that_fails_does_not_poison_those_who_come_after() {
    let stand = stand().await;
    stand.registry.order("/left", [Behaviour::Html]);
    assert_eq!(stand.status("/left").await, 502);
    assert_eq!(stand.status("/left").await, 200);
}

#[tokio::test]
async fn paths_that_try_tricks_reach_nothing() {
    let stand = stand().await;
    for path in [
        "/..%2f..%2fetc%2fpasswd",
        "/left/-/..%2f..%2fsecret",
        "/left%00",
        "/%252e%252e/left",
        "/@acme/..%2fleft",
        "/left/-/left-1.0.0.tgz/..",
        "/left%5c..%5cx",
        "//left",
        "/left/-/",
        "/@/left",
    ] {
        let status = stand.status(path).await;
        assert!(matches!(status, 404 | 400), "{path} gives {status}");
    }
    assert!(
        stand
            .registry
            .log()
            .iter()
            .all(|logged| logged.path == "/left" || logged.path.starts_with("/left/-/left")),
        "{:?}",
        stand.registry.log()
    );
}

#[tokio::test]
async fn headers_of_a_request_cannot_change_what_others_are_answered() {
    let stand = stand().await;
    let poison = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/other"),
    ];
    for header in poison {
        stand.get("/left", &[header]).await;
        let text = stand.get("/left", &[]).await.text().await.unwrap();
        assert!(
            !text.contains("evil.example") && !text.contains("gopher"),
            "{header:?}"
        );
        assert!(text.contains(&format!("http://{}/left/-/", stand.gate.address)));
    }
    stand.get("/left?x=evil.example", &[("accept", SHORT)]).await;
    let full = stand.json("/left").await;
    assert!(
        full.get("time").is_some(),
        "the full form is not the abbreviated one's"
    );
}

#[tokio::test]
async fn a_request_without_validators_is_never_answered_304() {
    let stand = stand().await;
    for accept in [FULL, SHORT] {
        let first = stand.get("/left", &[("accept", accept)]).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(stand.get("/left", &[("accept", accept)]).await.status(), 200);
        let same = stand
            .get("/left", &[("accept", accept), ("if-none-match", &tag)])
            .await;
        assert_eq!(same.status(), 304);
        let others = stand
            .get("/left", &[("accept", accept), ("if-none-match", "\"x\"")])
            .await;
        assert_eq!(others.status(), 200);
    }
}

#[tokio::test]
async fn a_tarball_address_in_a_document_leads_nowhere_but_to_its_registry() {
    let elsewhere = Registry::with([left().build()]);
    let led_away = left().partial(serde_json::json!({
        "versions": {"1.0.0": {"dist": {"tarball": "http://192.0.2.1:9/left/-/left-1.0.0.tgz"}}}
    }));
    let stand = Stand::new(Registry::with([led_away.build()]), NOW).await;
    let status = stand.status(TARBALL).await;
    assert_ne!(status, 200);
    assert_eq!(elsewhere.log().len(), 0);
}

#[tokio::test]
async fn a_document_in_brotli_is_read_like_any_other_and_a_tarball_is_never_unpacked() {
    let stand = stand().await;
    stand.registry.order_always("/left", Behaviour::Brotli);
    let packed = stand.get("/left", &[("accept", FULL)]).await;
    assert_eq!(packed.headers().get("content-encoding"), None);
    let packed: serde_json::Value = serde_json::from_slice(&packed.bytes().await.unwrap()).unwrap();
    assert_eq!(packed["versions"]["1.0.0"]["name"], "left");
    stand.registry.order_always(TARBALL, Behaviour::Brotli);
    // Its bytes are not those announced: unpacking them is nobody's business here.
    assert_ne!(stand.status(TARBALL).await, 200);
    stand.registry.order_always(TARBALL, Behaviour::Honest);
    assert_eq!(stand.status(TARBALL).await, 200);
}

#[tokio::test]
async fn a_registry_that_leads_to_another_host_is_followed_only_where_the_bytes_are_those_announced() {
    let stand = stand().await;
    let elsewhere = Registry::with([left().build()]);
    let other = PackageBuilder::new("left")
        .release("1.0.0", &[("index.js", "module.exports = 'other';\n")])
        .published("1.0.0", "2024-01-01T00:00:00.000Z")
        .tag("latest", "1.0.0");
    let wrong = Registry::with([other.build()]);
    assert_eq!(stand.status("/left").await, 200);
    for (led, served) in [(&wrong, false), (&elsewhere, true)] {
        let to = format!("{}{TARBALL}", led.url().trim_end_matches('/'));
        let lead = Behaviour::Redirect { status: 302, to };
        stand.registry.order_always(TARBALL, lead);
        let answer = stand
            .get(
                TARBALL,
                &[("authorization", "Bearer npm_inert"), ("cookie", "inert=1")],
            )
            .await;
        assert!(answer.status() != 200 || served, "other bytes leave");
        for logged in led.log() {
            assert_eq!(
                logged.header("authorization"),
                None,
                "a token goes to another host"
            );
            assert_eq!(logged.header("cookie"), None);
        }
    }
}

#[tokio::test]
async fn a_registry_that_is_gone_leaves_what_was_fetched_before_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::with([left().build(), PackageBuilder::new("other").build()]);
    let mut told = UpstreamSettings::for_registry(registry.url());
    (told.attempts, told.backoff) = (2, Duration::from_millis(20));
    told.cache = Some(Cache::in_folder(folder.path()));
    let behind = Arc::new(Upstream::new(told).unwrap());
    let mut stand = Stand::with(registry, NOW, move |settings| {
        settings.enforcer.ports.registry = behind;
    })
    .await;
    assert_eq!(stand.status("/left").await, 200);
    assert_eq!(stand.status(TARBALL).await, 200);
    // Nobody answers there any more, and the answer made before is too old.
    stand.registry = Registry::with([]);
    stand.clock.to("2026-07-01T00:06:00Z");
    assert_eq!(stand.versions("left").await, ["1.0.0", "1.1.0"]);
    assert_eq!(stand.status(TARBALL).await, 200);
    stand.listed.malicious("left", "1.0.0");
    stand.clock.to("2026-07-01T00:12:00Z");
    assert_eq!(stand.status(TARBALL).await, 403, "it is judged as ever");
    assert!(matches!(stand.status("/other").await, 502 | 504));
}
