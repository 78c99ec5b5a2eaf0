//! Each way a registry goes wrong: a clear error in bounded time, and nothing left in the cache.
use std::time::{Duration, Instant};

use cleanbill_ports::{FetchError, Source};
use cleanbill_testkit::{Behaviour, Registry};
use cleanbill_upstream::{Upstream, UpstreamSettings};

use crate::support::{cached, files, impatient, name, packument, quick, registry, tarball, upstream};

/// Longer than any deadline in these tests, shorter than any default.
const BOUND: Duration = Duration::from_secs(15);

/// Every answer is `behaviour`: what is said, and how often it was asked.
async fn always(behaviour: Behaviour) -> (FetchError, usize) {
    always_with(behaviour, |settings| settings).await
}

async fn always_with(
    behaviour: Behaviour,
    change: impl FnOnce(UpstreamSettings) -> UpstreamSettings,
) -> (FetchError, usize) {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    registry.order_always("/left", behaviour);
    let mut settings = cached(registry.url(), folder.path());
    settings.max_packument_bytes = 256 * 1024;
    let started = Instant::now();
    let error = packument(&upstream(change(settings)), "left").await.unwrap_err();
    assert!(started.elapsed() < BOUND, "it took {:?}", started.elapsed());
    assert_eq!(
        files(folder.path()),
        Vec::<std::path::PathBuf>::new(),
        "something was left in the cache"
    );
    (error, registry.requests_for("/left").len())
}

/// The first answer is `behaviour`, the second honest.
async fn once(behaviour: Behaviour) -> (Result<Source, FetchError>, usize) {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    registry.order("/left", [behaviour]);
    let result = packument(&upstream(cached(registry.url(), folder.path())), "left").await;
    let kept = files(folder.path()).len();
    assert_eq!(kept, usize::from(result.is_ok()), "the cache holds {kept} files");
    (
        result.map(|fetched| fetched.source),
        registry.requests_for("/left").len(),
    )
}

fn says(error: &FetchError, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{text:?} does not say {part:?}");
    }
}

#[tokio::test]
async fn slow_before_the_first_byte() {
    let (error, asked) = always_with(Behaviour::SlowStart(Duration::from_secs(20)), impatient).await;
    says(&error, &["/left did not finish within 1 s"]);
    assert_eq!(asked, 3);
    let registry = registry();
    registry.order("/left", [Behaviour::SlowStart(Duration::from_secs(20))]);
    let fetched = packument(&upstream(impatient(quick(registry.url()))), "left")
        .await
        .unwrap();
    assert_eq!((fetched.source, registry.log().len()), (Source::Network, 2));
}

#[tokio::test]
async fn silent_in_the_middle_of_the_body() {
    let (error, asked) = always_with(Behaviour::Stall { after: 40 }, impatient).await;
    says(&error, &["did not finish within 1 s"]);
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_byte_at_a_time_ends_at_the_deadline_of_the_whole() {
    let (error, _) = always_with(
        Behaviour::Trickle {
            bytes: 1,
            every: Duration::from_millis(50),
        },
        impatient,
    )
    .await;
    says(&error, &["did not finish within 2 s"]);
}

#[tokio::test]
async fn a_length_that_promises_too_much() {
    let (error, asked) = always(Behaviour::PromisesTooMuch).await;
    assert!(matches!(error, FetchError::Unusable { .. }), "{error}");
    says(
        &error,
        &["answers with something else: the body ends after", "bytes"],
    );
    assert_eq!(asked, 3);
    assert_eq!(once(Behaviour::PromisesTooMuch).await, (Ok(Source::Network), 2));
}

#[tokio::test]
async fn a_length_that_promises_too_little() {
    let (error, asked) = always(Behaviour::PromisesTooLittle).await;
    assert!(matches!(error, FetchError::Unusable { .. }), "{error}");
    says(&error, &["not whole JSON (line 1, column"]);
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn html_in_place_of_a_packument() {
    let (error, asked) = always(Behaviour::Html).await;
    assert!(matches!(error, FetchError::Unusable { .. }), "{error}");
    says(&error, &["an HTML page in place of a packument"]);
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn json_that_is_no_object_and_an_empty_body() {
    let body = |text: &str| Behaviour::Body {
        content_type: "application/json".into(),
        bytes: text.into(),
    };
    says(&always(body("[1]")).await.0, &["no JSON object"]);
    says(&always(body("  ")).await.0, &["an empty body"]);
    says(
        &always(body("{\"name\":\"left\"} trailing")).await.0,
        &["not whole JSON"],
    );
    says(
        &always(body(&"{\"a\":".repeat(50_000))).await.0,
        &["not whole JSON"],
    );
}

#[tokio::test]
async fn access_refused() {
    for status in [401, 403] {
        let (error, asked) = always(Behaviour::Status(status)).await;
        assert!(
            matches!(error, FetchError::Refused { status: found, .. } if found == status),
            "{error}"
        );
        says(&error, &[&format!("refuses access with status {status}")]);
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn nothing_by_that_name_is_remembered_for_the_run() {
    let registry = registry();
    let client = upstream(quick(registry.url()));
    for _ in 0..3 {
        let error = packument(&client, "absent").await.unwrap_err();
        says(&error, &["/absent has nothing by that name"]);
    }
    assert_eq!(registry.requests_for("/absent").len(), 1);
}

#[tokio::test]
async fn too_many_requests_and_server_errors_are_tried_again() {
    for status in [429, 500, 502, 503, 504] {
        let (error, asked) = always(Behaviour::Status(status)).await;
        says(
            &error,
            &[&format!("answers with status {status} after 3 attempts")],
        );
        assert_eq!(asked, 3);
        assert_eq!(once(Behaviour::Status(status)).await, (Ok(Source::Network), 2));
    }
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let registry = registry();
    registry.order(
        "/left",
        [Behaviour::RetryAfter {
            status: 429,
            value: "1".into(),
        }],
    );
    let started = Instant::now();
    assert!(packument(&upstream(quick(registry.url())), "left").await.is_ok());
    assert!(
        started.elapsed() >= Duration::from_secs(1),
        "it waited {:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_long_retry_after_ends_at_the_deadline() {
    let (error, asked) = always_with(
        Behaviour::RetryAfter {
            status: 503,
            value: "86400".into(),
        },
        impatient,
    )
    .await;
    says(&error, &["did not finish within 2 s"]);
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn other_statuses_are_not_tried_again() {
    let (error, asked) = always(Behaviour::Status(451)).await;
    says(&error, &["answers with status 451 after 1 attempts"]);
    assert_eq!(asked, 1);
    let (error, _) = always(Behaviour::NotModified).await;
    says(&error, &["304 to a question without validators"]);
}

#[tokio::test]
async fn the_line_drops_in_the_middle() {
    let (error, asked) = always(Behaviour::Drop { after: 30 }).await;
    assert!(matches!(error, FetchError::Line { attempts: 3, .. }), "{error:?}");
    says(
        &error,
        &["cannot be reached after 3 attempts", "dropped after 30 bytes"],
    );
    assert_eq!(asked, 3);
    assert_eq!(
        once(Behaviour::Drop { after: 30 }).await,
        (Ok(Source::Network), 2)
    );
}

#[tokio::test]
async fn nobody_listens() {
    let gone = Registry::with([]).url().to_owned();
    let error = packument(&upstream(quick(&gone)), "left").await.unwrap_err();
    says(&error, &["cannot be reached after 3 attempts", "no connection"]);
}

#[tokio::test]
async fn wrong_and_cut_compression() {
    for behaviour in [Behaviour::WrongGzip, Behaviour::CutGzip] {
        let (error, _) = always(behaviour.clone()).await;
        assert!(
            matches!(error, FetchError::Unusable { .. }),
            "{behaviour:?}: {error:?}"
        );
        assert_eq!(once(behaviour).await, (Ok(Source::Network), 2));
    }
}

#[tokio::test]
async fn bombs_and_endless_bodies_end_at_the_limit() {
    for behaviour in [
        Behaviour::Bomb {
            unpacked: 1024 * 1024,
        },
        Behaviour::Endless,
    ] {
        let (error, asked) = always(behaviour).await;
        says(&error, &["sends more than 262144 bytes"]);
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn a_body_exactly_at_the_limit_is_taken() {
    let registry = registry();
    let length = packument(&upstream(quick(registry.url())), "left")
        .await
        .unwrap()
        .bytes
        .len() as u64;
    for (limit, fits) in [(length, true), (length - 1, false)] {
        let mut settings = quick(registry.url());
        settings.max_packument_bytes = limit;
        assert_eq!(packument(&upstream(settings), "left").await.is_ok(), fits);
    }
}

#[tokio::test]
async fn redirects_in_circles_and_to_nowhere() {
    let redirect = |to: &str| Behaviour::Redirect {
        status: 302,
        to: to.into(),
    };
    let (error, asked) = always(redirect("/left")).await;
    says(&error, &["redirects too often"]);
    assert_eq!(asked, 6);
    says(
        &always(redirect("file:///etc/hosts")).await.0,
        &["neither http nor https"],
    );
    says(&always(redirect("http://")).await.0, &["cannot be read"]);
}

#[tokio::test]
async fn tarballs_go_wrong_the_same_way() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let path = "/left/-/left-1.0.0.tgz";
    for (behaviour, part) in [
        (Behaviour::Html, "an HTML page in place of a tarball"),
        (Behaviour::PromisesTooMuch, "the body ends after"),
        (Behaviour::Status(404), "nothing by that name"),
    ] {
        registry.order_always(path, behaviour);
        let error = tarball(&upstream(cached(registry.url(), folder.path())), &registry)
            .await
            .unwrap_err();
        says(&error, &[part]);
        assert!(files(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn a_registry_that_always_fails_is_left_alone() {
    let registry = registry();
    registry.order_everywhere(Some(Behaviour::Status(503)));
    let client: Upstream = upstream(quick(registry.url()));
    let mut last = String::new();
    for n in 0..30 {
        last = packument(&client, &format!("package-{n}"))
            .await
            .unwrap_err()
            .to_string();
    }
    assert_eq!(registry.log().len(), 24, "8 names, 3 attempts each");
    assert!(last.contains("not asked again for now"), "{last}");
}

#[tokio::test]
async fn no_registry_for_a_name_is_said() {
    let mut settings = quick("http://127.0.0.1:9");
    settings.base_of = std::sync::Arc::new(|_| None);
    let error = packument(&upstream(settings), "left").await.unwrap_err();
    assert_eq!(error, FetchError::NoRegistry { name: name("left") });
}
