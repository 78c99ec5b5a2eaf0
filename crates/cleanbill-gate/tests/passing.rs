//! What is no business of a gate: it reaches the registry it belongs to, as if no gate were there, and no registry
//! hears of names that are another's.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]
mod stand;

use std::{io::Write as _, sync::Arc};

use cleanbill_model::{PackageName, SafeUrl};
use cleanbill_testkit::{
    Behaviour, Logged, Registry, Replay,
    registry::tls::{AUTHORITY_PEM, Clients},
};
use cleanbill_upstream::{Passing, Roots, UpstreamSettings};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use stand::{Stand, left};

/// A public registry, and one of one's own for `@acme`.
async fn two() -> (Stand, Registry) {
    let own = Registry::with([]);
    let (public, theirs) = (Registry::with([left().build()]), SafeUrl::new(own.url()));
    let ours = SafeUrl::new(public.url());
    let stand = Stand::with(public, "2026-07-01T00:00:00Z", move |settings| {
        settings.pass_to = Arc::new(move |name: Option<&PackageName>| {
            let acme = name.is_some_and(|name| name.scope() == Some("@acme"));
            Some(if acme { theirs.clone() } else { ours.clone() })
        });
        settings.internal = Arc::new(|name| name.as_str().starts_with("hidden-"));
    })
    .await;
    (stand, own)
}

async fn send(stand: &Stand, method: &str, path: &str, body: Value) -> u16 {
    let url = format!("http://{}{path}", stand.gate.address);
    let request = stand
        .client
        .request(method.parse().unwrap(), url)
        .header("authorization", "Bearer npm_inert")
        .header("content-type", "application/json")
        .header("x-forwarded-for", "203.0.113.9")
        .body(body.to_string());
    request.send().await.unwrap().status().as_u16()
}

fn paths(registry: &Registry) -> Vec<String> {
    let log = registry.log();
    log.iter()
        .map(|logged: &Logged| format!("{} {}", logged.method, logged.path))
        .collect()
}

#[tokio::test]
async fn every_route_reaches_the_registry_its_package_belongs_to() {
    let (stand, own) = two().await;
    let routes = [
        ("PUT", "/left"),
        ("PUT", "/-/package/left/dist-tags/next"),
        ("DELETE", "/-/package/left/dist-tags/next"),
        ("GET", "/-/package/left/access"),
        ("GET", "/-/npm/v1/attestations/left@1.0.0"),
        ("GET", "/-/npm/v1/keys"),
        ("GET", "/-/whoami"),
        ("GET", "/-/v1/search"),
        ("POST", "/-/v1/login"),
        ("PUT", "/-/user/org.couchdb.user:someone"),
        ("POST", "/-/npm/v1/oidc/token/exchange/package/left"),
        ("PUT", "/-/stage/package/left"),
        ("GET", "/-/a/route/of/tomorrow"),
    ];
    for (method, path) in routes {
        send(&stand, method, path, json!({})).await;
    }
    let wanted: Vec<String> = routes
        .iter()
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    assert_eq!(paths(&stand.registry), wanted);
    assert_eq!(own.log(), [], "nothing of it is theirs");
    for logged in stand.registry.log() {
        assert_eq!(logged.header("authorization"), Some("Bearer npm_inert"));
    }
    let theirs = [
        ("PUT", "/@acme%2ftool"),
        ("PUT", "/-/package/@acme%2ftool/dist-tags/next"),
        ("GET", "/-/package/@acme/tool/access"),
        ("GET", "/-/npm/v1/attestations/@acme%2ftool@1.0.0"),
        ("POST", "/-/npm/v1/oidc/token/exchange/package/@acme%2ftool"),
    ];
    let before = stand.registry.log().len();
    for (method, path) in theirs {
        send(&stand, method, path, json!({})).await;
    }
    assert_eq!(own.log().len(), theirs.len(), "{:?}", paths(&own));
    assert_eq!(stand.registry.log().len(), before, "the public one hears of none");
}

#[tokio::test]
async fn what_is_published_arrives_byte_for_byte() {
    let (stand, _own) = two().await;
    let attachment = "A".repeat(300_000);
    let body = json!({"_id": "left", "_attachments": {"left-2.0.0.tgz": {"data": attachment}}});
    assert_eq!(send(&stand, "PUT", "/left", body.clone()).await, 201);
    let put = stand.registry.log().pop().unwrap();
    assert_eq!(put.body, body.to_string().into_bytes());
}

#[tokio::test]
async fn an_audit_tells_the_public_registry_of_public_names_alone() {
    let (stand, _own) = two().await;
    let answer = Behaviour::Body {
        content_type: "application/json".into(),
        bytes: b"{}".to_vec(),
    };
    let bulk = json!({"left": ["1.0.0"], "@acme/tool": ["1.0.0"], "hidden-thing": ["1.0.0"]});
    let tree = json!({"name": "hidden-app", "version": "1.0.0", "requires": {"left": "1", "@acme/tool": "1"},
        "dependencies": {
            "left": {"version": "1.0.0", "requires": {"hidden-thing": "1"},
                "dependencies": {"hidden-thing": {"version": "1.0.0"}, "right": {"version": "1.0.0"}}},
            "@acme/tool": {"version": "1.0.0"}}});
    for (path, body, kept) in [
        ("/-/npm/v1/security/advisories/bulk", &bulk, vec!["left"]),
        ("/-/npm/v1/security/audits/quick", &tree, vec!["left", "right"]),
        ("/-/npm/v1/security/audits", &tree, vec!["left", "right"]),
    ] {
        stand.registry.order_always(path, answer.clone());
        for zipped in [false, true] {
            let mut bytes = body.to_string().into_bytes();
            if zipped {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).unwrap();
                bytes = encoder.finish().unwrap();
            }
            let mut request = stand
                .client
                .post(format!("http://{}{path}", stand.gate.address))
                .header("content-type", "application/json");
            if zipped {
                request = request.header("content-encoding", "gzip");
            }
            assert_eq!(request.body(bytes).send().await.unwrap().status(), 200);
            let heard = stand.registry.log().pop().unwrap();
            assert_eq!(heard.header("content-encoding"), None);
            let text = String::from_utf8(heard.body).unwrap();
            let _whole: Value = serde_json::from_str(&text).unwrap();
            assert!(
                !text.contains("acme") && !text.contains("hidden"),
                "{path}: {text}"
            );
            assert!(kept.iter().all(|name| text.contains(name)), "{path}: {text}");
        }
    }
}

#[tokio::test]
async fn a_registry_with_a_certificate_of_its_own_is_passed_to_where_the_settings_trust_it() {
    let registry = Registry::start_tls(Replay::new(), Clients::Any);
    for trusted in [true, false] {
        let mut told = UpstreamSettings::for_registry(registry.url());
        if trusted {
            told.roots = Roots::Only(vec![AUTHORITY_PEM.to_vec()]);
        }
        let passing = Passing::new(told).unwrap();
        let base = SafeUrl::new(registry.url());
        let stand = Stand::with(Registry::with([]), "2026-07-01T00:00:00Z", move |settings| {
            settings.pass_to = Arc::new(move |_| Some(base.clone()));
            settings.client_for = Some(Arc::new(move |url| passing.of(url)));
        })
        .await;
        let status = send(&stand, "PUT", "/left", json!({})).await;
        assert_eq!(status, if trusted { 201 } else { 502 });
    }
    assert_eq!(registry.log().len(), 1);
}
