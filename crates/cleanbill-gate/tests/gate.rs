//! The gate before a loopback registry that replays the burst of June 2026.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]
use std::{net::SocketAddr, path::Path, sync::Arc};

use cleanbill_engine::Ports;
use cleanbill_feeds::FeedSet;
use cleanbill_gate::{Gate, GateSettings, Running, enforce::Enforcer};
use cleanbill_model::{PackageName, SafeUrl, Timestamp};
use cleanbill_policy::Policy;
use cleanbill_ports::clock::FixedClock;
use cleanbill_testkit::{Behaviour, Registry, Replay};
use cleanbill_upstream::{Upstream, settings::UpstreamSettings};
use serde_json::Value;

async fn parsed(answer: reqwest::Response) -> Value {
    let text = answer.text().await.expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON: {error}: {text}"))
}

struct Stand {
    registry: Registry,
    gate: Running,
    client: reqwest::Client,
}

impl Stand {
    async fn at(moment: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays/mastra-2026-06");
        let registry = Registry::start(Replay::read(&folder).expect("the replay"));
        let now = Timestamp::parse(moment).expect("a moment");
        let upstream = Upstream::new(UpstreamSettings::for_registry(registry.url())).expect("a client");
        let base = SafeUrl::new(registry.url());
        let enforcer = Enforcer {
            ports: Ports {
                registry: Arc::new(upstream),
                advisories: Arc::new(FeedSet::built_in(now)),
                code: None,
            },
            policy: Arc::new(Policy::default()),
            popular: Arc::default(),
            code: None,
            basis: String::new(),
        };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings = GateSettings::new(listen, enforcer, Arc::new(FixedClock(now)));
        settings.pass_to = Arc::new(move |_| Some(base.clone()));
        settings.internal = Arc::new(|name: &PackageName| name.scope() == Some("@acme"));
        let gate = Gate::start(settings).await.expect("the gate starts");
        Self {
            registry,
            gate,
            client: reqwest::Client::new(),
        }
    }

    async fn get(&self, path: &str, accept: &str) -> reqwest::Response {
        let url = format!("http://{}{path}", self.gate.address);
        self.client
            .get(url)
            .header("accept", accept)
            .send()
            .await
            .expect("the gate answers")
    }

    async fn json(&self, path: &str, accept: &str) -> Value {
        parsed(self.get(path, accept).await).await
    }
}

const MOMENT: &str = "2026-06-17T01:16:00Z";
const FULL: &str = "application/json";
const SHORT: &str = "application/vnd.npm.install-v1+json";

#[tokio::test]
async fn held_versions_are_out_of_both_documents_and_latest_falls_to_a_proven_one() {
    let stand = Stand::at(MOMENT).await;
    for accept in [FULL, SHORT] {
        let document = stand.json("/@mastra%2fcore", accept).await;
        assert_eq!(document["dist-tags"]["latest"], "1.41.0");
        assert!(document["versions"].get("1.42.1").is_none());
        assert!(document["policyRestrictions"]["versions"].get("1.42.1").is_some());
        let tarball = document["versions"]["1.41.0"]["dist"]["tarball"]
            .as_str()
            .expect("an address");
        assert_eq!(
            tarball,
            format!("http://{}/@mastra/core/-/core-1.41.0.tgz", stand.gate.address)
        );
    }
}

#[tokio::test]
async fn the_tarball_is_judged_like_the_document_and_the_refusal_explains_itself() {
    let stand = Stand::at(MOMENT).await;
    let refused = stand.get("/@mastra/core/-/core-1.42.1.tgz", "*/*").await;
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.headers()["content-type"], "application/json");
    assert!(refused.headers().contains_key("npm-notice"));
    let body: Value = parsed(refused).await;
    let error = body["error"].as_str().expect("a sentence");
    assert!(
        error.contains("@mastra/core@1.42.1") && error.contains("cleanbill why"),
        "{error}"
    );
    let served = stand.get("/@mastra/core/-/core-1.41.0.tgz", "*/*").await;
    assert_eq!(served.status(), 200);
    assert!(served.bytes().await.expect("bytes").starts_with(&[0x1f, 0x8b]));
}

#[tokio::test]
async fn single_version_and_tag_endpoints_agree_with_the_document() {
    let stand = Stand::at(MOMENT).await;
    assert_eq!(stand.get("/@mastra%2fcore/1.42.1", FULL).await.status(), 403);
    assert_eq!(
        stand.json("/@mastra/core/latest", FULL).await["version"],
        "1.41.0"
    );
    assert_eq!(
        stand.json("/-/package/@mastra%2fcore/dist-tags", FULL).await["latest"],
        "1.41.0"
    );
    assert_eq!(stand.get("/@mastra%2fcore/9.9.9", FULL).await.status(), 404);
}

#[tokio::test]
async fn each_representation_has_its_own_validator_and_an_unchanged_one_is_304() {
    let stand = Stand::at(MOMENT).await;
    let tag = |response: &reqwest::Response| response.headers()["etag"].to_str().expect("text").to_owned();
    let (full, short) = (
        tag(&stand.get("/zod", FULL).await),
        tag(&stand.get("/zod", SHORT).await),
    );
    assert_ne!(full, short);
    let url = format!("http://{}/zod", stand.gate.address);
    let again = stand
        .client
        .get(&url)
        .header("if-none-match", &full)
        .send()
        .await
        .expect("an answer");
    assert_eq!(again.status(), 304);
    let other = stand
        .client
        .get(&url)
        .header("if-none-match", &short)
        .send()
        .await
        .expect("an answer");
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn when_a_held_version_matures_the_answer_and_its_validator_change() {
    let before = Stand::at("2026-06-19T15:21:08Z").await;
    let after = Stand::at("2026-06-19T15:21:09Z").await;
    let (young, ripe) = (
        before.json("/@mastra%2fcore", FULL).await,
        after.json("/@mastra%2fcore", FULL).await,
    );
    assert!(
        young["versions"].get("1.42.0").is_none(),
        "three days less a second"
    );
    assert!(ripe["versions"].get("1.42.0").is_some(), "three days");
}

#[tokio::test]
async fn a_package_of_which_nothing_remains_is_refused_with_a_reason_and_never_404() {
    let stand = Stand::at(MOMENT).await;
    let answer = stand.get("/easy-day-js", FULL).await;
    assert_eq!(answer.status(), 403);
    let body: Value = parsed(answer).await;
    assert!(
        body["error"]
            .as_str()
            .expect("a sentence")
            .contains("easy-day-js")
    );
}

#[tokio::test]
async fn bytes_that_are_not_those_announced_never_leave() {
    let stand = Stand::at(MOMENT).await;
    let name = PackageName::parse("zod").expect("a name");
    stand.json("/zod", FULL).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays/mastra-2026-06");
    let replay = Replay::read(&folder).expect("the replay");
    let mut package = replay.package(&name).expect("zod").clone();
    package.replace_tarball("3.25.76", b"other bytes behind a known version");
    stand.registry.publish(package);
    let answer = stand.get("/zod/-/zod-3.25.76.tgz", "*/*").await;
    assert_eq!(answer.status(), 403);
    assert!(
        answer
            .text()
            .await
            .expect("text")
            .contains("not those its registry announces")
    );
}

#[tokio::test]
async fn upstream_trouble_is_told_as_such_and_not_as_policy() {
    let stand = Stand::at(MOMENT).await;
    assert_eq!(stand.get("/no-such-package-here", FULL).await.status(), 404);
    stand.registry.order_always("/zod", Behaviour::Status(500));
    assert_eq!(stand.get("/zod", FULL).await.status(), 502);
}

#[tokio::test]
async fn many_clients_at_once_cost_upstream_one_request() {
    let stand = Arc::new(Stand::at(MOMENT).await);
    let mut tasks = Vec::new();
    for _ in 0..100 {
        let stand = Arc::clone(&stand);
        tasks.push(tokio::spawn(
            async move { stand.get("/zod", FULL).await.status() },
        ));
    }
    for task in tasks {
        assert_eq!(task.await.expect("a task"), 200);
    }
    assert!(
        stand.registry.requests_for("/zod").len() <= 2,
        "{}",
        stand.registry.requests_for("/zod").len()
    );
}
