//! Who may ask, how often, over which kind of line, and what the gate tells of itself.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]
mod stand;

use cleanbill_gate::{
    doors::Tls,
    limits::Rate,
    tokens::{digest, new_secret},
};
use cleanbill_model::Timestamp;
use cleanbill_ports::{GateStore as _, Role, Token};
use cleanbill_testkit::{PackageBuilder, Registry};
use stand::{FULL, Stand, left};

const NOW: &str = "2026-07-01T00:00:00Z";

fn registry() -> Registry {
    let scoped = PackageBuilder::new("@acme/tool")
        .release("1.0.0", &[("index.js", "1")])
        .published("1.0.0", "2024-01-01T00:00:00.000Z")
        .tag("latest", "1.0.0");
    Registry::with([left().build(), scoped.build()])
}

fn add(stand: &Stand, id: &str, role: Role, scopes: &[&str], expires: Option<&str>) -> String {
    let secret = new_secret().unwrap();
    let token = Token {
        id: id.into(),
        note: String::new(),
        hash: digest(&secret),
        role,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        created: Timestamp::from_millis(0),
        expires: expires.map(stand::at),
        revoked: None,
    };
    stand.store().add_token(&token).unwrap();
    secret
}

async fn with(stand: &Stand, path: &str, secret: &str) -> u16 {
    let value = format!("Bearer {secret}");
    stand
        .get(path, &[("authorization", &value), ("accept", FULL)])
        .await
        .status()
        .as_u16()
}

async fn closed() -> Stand {
    Stand::with(registry(), NOW, |settings| settings.tokens_required = true).await
}

#[tokio::test]
async fn where_tokens_are_required_nothing_answers_without_one() {
    let stand = closed().await;
    let secret = add(&stand, "ci", Role::Client, &[], None);
    for path in [
        "/left",
        "/left/1.0.0",
        "/left/-/left-1.0.0.tgz",
        "/-/v1/search",
        "/-/ping",
        "/-/cleanbill/status",
    ] {
        assert_eq!(stand.status(path).await, 401, "{path}");
        assert_eq!(with(&stand, path, "cleanbill_wrong").await, 401, "{path}");
    }
    assert_eq!(with(&stand, "/left", &secret).await, 200);
    assert_eq!(with(&stand, "/left/-/left-1.0.0.tgz", &secret).await, 200);
    assert_eq!(
        stand.status("/-/cleanbill/health").await,
        200,
        "watchers have no token"
    );
    let who = &stand.store().about(&stand::name("left"), None, 1).unwrap()[0].who;
    assert_eq!(who, "127.0.0.1 ci", "the log names the token");
    let answer = stand.get("/left", &[]).await;
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    assert!(
        !answer.text().await.unwrap().to_lowercase().contains("one-time"),
        "npm would ask for a code"
    );
}

#[tokio::test]
async fn a_revoked_or_expired_token_is_soon_worth_nothing() {
    let stand = closed().await;
    let secret = add(&stand, "ci", Role::Client, &[], None);
    let brief = add(&stand, "brief", Role::Client, &[], Some("2026-07-01T01:00:00Z"));
    assert_eq!(with(&stand, "/left", &secret).await, 200);
    assert_eq!(with(&stand, "/left", &brief).await, 200);
    stand.clock.to("2026-07-01T01:00:00Z");
    assert_eq!(with(&stand, "/left", &brief).await, 401, "expired");
    stand
        .store()
        .revoke_token("ci", Timestamp::from_millis(5))
        .unwrap();
    let started = std::time::Instant::now();
    while with(&stand, "/left", &secret).await == 200 {
        assert!(started.elapsed().as_secs() < 20, "it is still taken");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_scoped_token_fetches_its_names_and_a_client_reads_no_counters() {
    let stand = closed().await;
    let scoped = add(&stand, "acme", Role::Client, &["@acme/*"], None);
    let admin = add(&stand, "me", Role::Admin, &[], None);
    assert_eq!(with(&stand, "/@acme%2ftool", &scoped).await, 200);
    assert_eq!(with(&stand, "/@acme/tool/-/tool-1.0.0.tgz", &scoped).await, 200);
    for path in [
        "/left",
        "/left/latest",
        "/left/-/left-1.0.0.tgz",
        "/-/package/left/dist-tags",
    ] {
        assert_eq!(with(&stand, path, &scoped).await, 403, "{path}");
    }
    assert_eq!(with(&stand, "/-/cleanbill/metrics", &scoped).await, 403);
    assert_eq!(with(&stand, "/-/cleanbill/metrics", &admin).await, 200);
}

#[tokio::test]
async fn a_token_of_the_gate_is_never_told_upstream_and_others_are() {
    let stand = closed().await;
    let secret = add(&stand, "ci", Role::Client, &[], None);
    with(&stand, "/-/whoami", &secret).await;
    with(&stand, "/left", &secret).await;
    with(&stand, "/left/-/left-1.0.0.tgz", &secret).await;
    let told: Vec<_> = stand.registry.log();
    assert!(!told.is_empty());
    for logged in &told {
        assert!(
            logged.headers.iter().all(|(_, value)| !value.contains(&secret)),
            "{logged:?}"
        );
    }
    let open = Stand::new(registry(), NOW).await;
    open.get("/-/whoami", &[("authorization", "Bearer npm_theirs")])
        .await;
    let passed = open.registry.requests_for("/-/whoami");
    assert_eq!(passed[0].header("authorization"), Some("Bearer npm_theirs"));
    open.get("/left", &[("authorization", "Bearer npm_theirs")]).await;
    assert_eq!(
        open.registry.requests_for("/left")[0].header("authorization"),
        None
    );
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_ask_again() {
    let stand = Stand::with(registry(), NOW, |settings| {
        settings.rate = Some(Rate {
            per_second: 1,
            burst: 5,
        });
    })
    .await;
    let mut statuses = Vec::new();
    // A slow machine earns a request a second meanwhile; none earns a hundred.
    while statuses.len() < 100 && statuses.last() != Some(&429) {
        statuses.push(stand.status("/left").await);
    }
    assert!(statuses.len() > 5, "{statuses:?}");
    assert!(statuses[..5].iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    let turned = stand.get("/left", &[]).await;
    if turned.status() == 429 {
        assert_eq!(turned.headers()["retry-after"], "1");
    }
}

#[tokio::test]
async fn the_standing_tells_what_is_open_and_the_counters_count() {
    let stand = Stand::new(registry(), NOW).await;
    stand.status("/left/-/left-1.0.0.tgz").await;
    let status = stand.json("/-/cleanbill/status").await;
    assert_eq!(status["store"]["answers"], true);
    assert!(status["failures"].as_array().unwrap().len() >= 8);
    let metrics = stand.get("/-/cleanbill/metrics", &[]).await.text().await.unwrap();
    assert!(
        metrics.contains("cleanbill_tarballs_total{verdict=\"allow\"} 1"),
        "{metrics}"
    );
    assert_eq!(stand.status("/-/cleanbill/anything").await, 404);
}

#[tokio::test]
async fn tls_shows_its_certificate_and_another_one_when_told() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cleanbill-testkit/fixtures/tls");
    let read = |file: &str| std::fs::read(fixtures.join(file)).unwrap();
    let tls = Tls::from_pem(&read("server.pem"), &read("server.key")).unwrap();
    assert!(Tls::from_pem(b"nothing", &read("server.key")).is_err());
    assert!(Tls::from_pem(&read("server.pem"), b"nothing").is_err());
    let given = tls.clone();
    let stand = Stand::with(registry(), NOW, |settings| settings.tls = Some(given)).await;
    assert!(stand.gate.url().starts_with("https://"));
    let authority = reqwest::Certificate::from_pem(cleanbill_testkit::registry::tls::AUTHORITY_PEM).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([authority])
        .build()
        .unwrap();
    let url = format!("https://localhost:{}/left", stand.gate.address.port());
    let document: serde_json::Value =
        serde_json::from_str(&client.get(&url).send().await.unwrap().text().await.unwrap()).unwrap();
    let tarball = document["versions"]["1.0.0"]["dist"]["tarball"].as_str().unwrap();
    assert!(tarball.starts_with("https://"), "{tarball}");
    assert!(
        stand.client.get(&url).send().await.is_err(),
        "a client that does not trust it"
    );
    let plain = stand.client.get(format!("http://{}/left", stand.gate.address));
    assert!(plain.send().await.is_err(), "no plain answer on a TLS port");
    stand.gate.renew_tls(tls);
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    // A client that connects and says nothing holds up nobody.
    let _silent = tokio::net::TcpStream::connect(stand.gate.address).await.unwrap();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_probe_is_served_by_the_gate_itself_and_asked_of_nobody() {
    let stand = Stand::new(registry(), NOW).await;
    let document = stand.json("/@cleanbill-probe%2fp-1a2b").await;
    let dist = &document["versions"]["1.0.0"]["dist"];
    let tarball = dist["tarball"].as_str().unwrap();
    let bytes = stand
        .client
        .get(tarball)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(
        cleanbill_testkit::replay::sri_sha512(&bytes),
        dist["integrity"].as_str().unwrap()
    );
    assert_eq!(stand.registry.log().len(), 0);
    assert_eq!(
        stand.status("/@cleanbill-probe/p-1a2b/-/p-other-1.0.0.tgz").await,
        404
    );
}
