//! Feeds fetched from a server on loopback: what is new, what is not, and servers that misbehave.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "tests make their feeds on the disk")]
mod common;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use cleanbill_feeds::{FeedSet, FeedSettings, FetchFailure, SyncError, SyncReport, sync};
use cleanbill_model::{Age, PackageName, Timestamp};
use cleanbill_ports::{Advisories as _, FeedState};
use common::{malicious, now};
use tempfile::{TempDir, tempdir};

#[derive(Clone)]
struct Feed {
    archive: Arc<Vec<u8>>,
    asked: Arc<AtomicUsize>,
}

async fn all(State(feed): State<Feed>, headers: HeaderMap) -> Response {
    feed.asked.fetch_add(1, Ordering::Relaxed);
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag == "\"one\"")
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, "\"one\"")], feed.archive.to_vec()).into_response()
}

/// A body that promises more than it gives.
async fn cut(State(feed): State<Feed>) -> Response {
    let half = feed.archive.get(..feed.archive.len() / 2).unwrap().to_vec();
    let pieces = futures::stream::iter([Ok(half), Err(std::io::Error::other("gone"))]);
    Body::from_stream(pieces).into_response()
}

/// A body that never comes.
fn endless() -> impl futures::Stream<Item = std::io::Result<Vec<u8>>> {
    futures::stream::pending()
}

struct Server {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    state: TempDir,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start() -> Self {
        let state = tempdir().unwrap();
        let path = common::zip(
            &state.path().join("made.zip"),
            &[("a.json", malicious("MAL-1", "left", &["1.0.0"]).as_bytes())],
        );
        let archive = Arc::new(std::fs::read(&path).unwrap());
        std::fs::remove_file(path).unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let huge = (cleanbill_feeds::limits::MAX_ARCHIVE_BYTES + 1).to_string();
        let app = Router::new()
            .route("/all.zip", get(all))
            .route("/cut.zip", get(cut))
            .route("/page", get(|| async { "<html>not here</html>" }))
            .route("/gone", get(|| async { StatusCode::NOT_FOUND }))
            .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
            .route("/moved", get(|| async { Redirect::temporary("/all.zip") }))
            .route("/loop", get(|| async { Redirect::temporary("/loop") }))
            .route("/unasked", get(|| async { StatusCode::NOT_MODIFIED }))
            .route(
                "/huge",
                get(move || async move { ([(header::CONTENT_LENGTH, huge)], Body::from_stream(endless())) }),
            )
            .with_state(Feed {
                archive,
                asked: asked.clone(),
            });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            address,
            asked,
            state,
            task,
        }
    }

    fn settings(&self, path: &str) -> FeedSettings {
        FeedSettings {
            name: "osv".to_owned(),
            source: format!("http://reader:hunter2@{}{path}", self.address),
            max_age: Age::days(1),
        }
    }

    async fn sync(&self, path: &str, at: Timestamp) -> Result<SyncReport, SyncError> {
        sync(self.state.path(), &self.settings(path), at).await
    }
}

#[tokio::test]
async fn a_feed_is_fetched_once_and_then_only_asked_for_what_is_new() {
    let server = Server::start().await;
    let report = server.sync("/all.zip", now()).await.unwrap();
    assert_eq!((report.records, report.unchanged), (1, false));
    let later = now().plus(Age::days(3));
    let report = server.sync("/all.zip", later).await.unwrap();
    assert_eq!((report.records, report.unchanged), (1, true));
    assert_eq!(server.asked.load(Ordering::Relaxed), 2);
    let set = FeedSet::open(server.state.path(), &[server.settings("/all.zip")], later);
    let status = set.status(later).into_iter().nth(1).unwrap();
    assert_eq!(
        (status.state, status.synced),
        (FeedState::Fresh, Some(later)),
        "asked again is as good as new"
    );
    assert!(!status.source.contains("hunter2"), "{}", status.source);
    assert_eq!(set.about(&PackageName::parse("left").unwrap()).len(), 1);
}

#[tokio::test]
async fn an_index_that_is_gone_is_fetched_whole_again() {
    let server = Server::start().await;
    server.sync("/all.zip", now()).await.unwrap();
    std::fs::remove_file(server.state.path().join("osv.index")).unwrap();
    let report = server.sync("/all.zip", now()).await.unwrap();
    assert_eq!((report.records, report.unchanged), (1, false));
}

#[tokio::test]
async fn a_redirect_is_followed_and_a_circle_is_not() {
    let server = Server::start().await;
    assert_eq!(server.sync("/moved", now()).await.unwrap().records, 1);
    let error = server.sync("/loop", now()).await.unwrap_err();
    assert!(
        matches!(
            error,
            SyncError::Fetch {
                cause: FetchFailure::Exchange { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn servers_that_misbehave_are_told_and_the_old_index_stands() {
    let server = Server::start().await;
    server.sync("/all.zip", now()).await.unwrap();
    for (path, words) in [
        ("/gone", "the server answered 404"),
        ("/busy", "the server answered 503"),
        ("/unasked", "the server answered 304"),
        ("/cut.zip", "the exchange failed"),
        ("/page", "no readable zip archive"),
        ("/huge", "the answer has more than"),
    ] {
        let error = server.sync(path, now()).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(words), "{path}: {cause}");
        assert!(
            !format!("{error} {cause} {error:?}").contains("hunter2"),
            "{path}: the password shows"
        );
    }
    let set = FeedSet::open(server.state.path(), &[server.settings("/all.zip")], now());
    assert_eq!(set.about(&PackageName::parse("left").unwrap()).len(), 1);
    let left = std::fs::read_dir(server.state.path()).unwrap().count();
    assert_eq!(left, 2, "the index and its state, and no partial file");
}

#[tokio::test]
async fn a_server_that_is_away_is_told() {
    let server = Server::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let settings = FeedSettings {
        name: "osv".to_owned(),
        source: format!("http://{address}/all.zip"),
        max_age: Age::days(1),
    };
    let error = sync(server.state.path(), &settings, now()).await.unwrap_err();
    assert!(matches!(error, SyncError::Fetch { .. }), "{error}");
}
