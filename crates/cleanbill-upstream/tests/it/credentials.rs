//! Tokens go where they are bound and nowhere else, logs included.
use std::{
    io,
    sync::{Arc, Mutex},
};

use cleanbill_model::{SafeUrl, Secret};
use cleanbill_ports::{FetchError, Registry as _};
use cleanbill_testkit::{Behaviour, Registry};
use cleanbill_upstream::{Credentials, ProxySettings, Roots, SetUpError, Upstream};

use crate::support::{cached, files, name, packument, quick, registry, tarball, upstream};

const TOKEN: &str = "Bearer planted-3f9a";

/// One token, bound to the addresses that begin with a prefix.
struct Bound(String);

impl Credentials for Bound {
    fn authorization_for(&self, url: &str) -> Option<Secret> {
        url.starts_with(&self.0).then(|| Secret::new(TOKEN))
    }
}

fn bound_to(registry: &Registry, mut settings: cleanbill_upstream::UpstreamSettings) -> Upstream {
    settings.credentials = Arc::new(Bound(registry.url().to_owned()));
    upstream(settings)
}

#[tokio::test]
async fn the_token_opens_its_own_registry() {
    let registry = registry();
    registry.require_authorization(TOKEN);
    assert!(
        packument(&bound_to(&registry, quick(registry.url())), "left")
            .await
            .is_ok()
    );
    let error = packument(&upstream(quick(registry.url())), "left")
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Refused { status: 401, .. }));
}

#[tokio::test]
async fn a_redirect_to_another_host_goes_without_the_token_and_the_other_has_its_own() {
    let (home, other) = (registry(), registry());
    for status in [301, 302, 303, 307, 308] {
        home.order(
            "/left",
            [Behaviour::Redirect {
                status,
                to: format!("{}/left", other.url()),
            }],
        );
        packument(&bound_to(&home, quick(home.url())), "left")
            .await
            .unwrap();
    }
    assert!(
        home.log()
            .iter()
            .all(|logged| logged.header("authorization") == Some(TOKEN))
    );
    assert_eq!(other.log().len(), 5);
    assert!(
        other
            .log()
            .iter()
            .all(|logged| logged.header("authorization").is_none())
    );

    home.order(
        "/left",
        [Behaviour::Redirect {
            status: 302,
            to: format!("{}/left", other.url()),
        }],
    );
    packument(&bound_to(&other, quick(home.url())), "left")
        .await
        .unwrap();
    assert_eq!(home.log().last().unwrap().header("authorization"), None);
    assert_eq!(other.log().last().unwrap().header("authorization"), Some(TOKEN));
}

#[tokio::test]
async fn a_tarball_on_another_host_goes_without_the_token() {
    let (home, other) = (registry(), registry());
    let client = bound_to(&home, quick(home.url()));
    let url = SafeUrl::new(format!("{}/left/-/left-1.0.0.tgz", other.url()));
    client.tarball(&name("left"), &url).await.unwrap();
    assert_eq!(other.log()[0].header("authorization"), None);
    tarball(&client, &home).await.unwrap();
    assert_eq!(home.log()[0].header("authorization"), Some(TOKEN));
}

#[tokio::test]
async fn a_plain_address_of_a_registry_that_speaks_tls_gets_no_token() {
    let listening = registry();
    let mut settings = quick("https://registry.example");
    let port = listening.address().port();
    let url = SafeUrl::new(format!(
        "http://localhost.registry.example:{port}/left/-/left-1.0.0.tgz"
    ));
    settings.credentials = Arc::new(Bound("http".to_owned()));
    settings.proxy.http = Some(SafeUrl::new(listening.url()));
    upstream(settings).tarball(&name("left"), &url).await.unwrap();
    assert_eq!(listening.log().len(), 1);
    assert_eq!(listening.log()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_public_registry_cannot_send_us_inside() {
    let inside = registry();
    let client = upstream(quick("https://registry.example"));
    let url = SafeUrl::new(format!("{}/left/-/left-1.0.0.tgz", inside.url()));
    let error = client.tarball(&name("left"), &url).await.unwrap_err().to_string();
    assert!(error.contains("private network"), "{error}");
    assert!(inside.log().is_empty());
}

#[tokio::test]
async fn what_was_asked_with_credentials_is_kept_apart() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    registry.require_authorization(TOKEN);
    packument(
        &bound_to(&registry, cached(registry.url(), folder.path())),
        "left",
    )
    .await
    .unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    let mut offline = cached(registry.url(), folder.path());
    offline.offline = true;
    assert!(
        packument(&bound_to(&registry, offline.clone()), "left")
            .await
            .is_ok()
    );
    assert!(packument(&upstream(offline), "left").await.is_err());
}

/// Keeps everything that is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_token_reaches_a_log_or_an_error() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let mut errors = String::new();
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (registry, other) = (registry(), registry());
            let folder = tempfile::tempdir().unwrap();
            let base = registry.url().replace("http://", "http://user:planted-77c1@");
            let client = bound_to(&registry, cached(&base, folder.path()));
            for behaviour in [
                Behaviour::Honest,
                Behaviour::Status(401),
                Behaviour::Status(503),
                Behaviour::Html,
                Behaviour::Drop { after: 3 },
                Behaviour::Redirect {
                    status: 302,
                    to: format!("{}/left?token=planted-55d2", other.url()),
                },
            ] {
                registry.order_always("/absent", behaviour);
                if let Err(error) = packument(&client, "absent").await {
                    errors.push_str(&format!("{error} {error:?}\n"));
                }
            }
            registry.order_everywhere(Some(Behaviour::Status(500)));
            let url = SafeUrl::new(format!(
                "{}/left/-/left-1.0.0.tgz?sig=planted-90ee",
                registry.url()
            ));
            let error = client.tarball(&name("left"), &url).await.unwrap_err();
            errors.push_str(&format!("{error} {error:?} {client:?}\n"));
            assert!(
                registry
                    .log()
                    .iter()
                    .any(|logged| logged.header("authorization") == Some(TOKEN))
            );
        });
    });
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the request is tried again"), "{logged}");
    assert!(errors.lines().count() >= 4, "{errors}");
    for text in [&logged, &errors] {
        assert!(!text.contains("planted"), "{text}");
    }
}

#[tokio::test]
async fn a_proxy_is_asked_unless_the_host_is_excepted() {
    let (proxy, home) = (registry(), registry());
    let mut settings = quick(home.url());
    settings.proxy.http = Some(SafeUrl::new(proxy.url()));
    packument(&upstream(settings.clone()), "left").await.unwrap();
    assert_eq!((proxy.log().len(), home.log().len()), (1, 0));
    settings.proxy.no_proxy = "127.0.0.1".to_owned();
    packument(&upstream(settings), "left").await.unwrap();
    assert_eq!((proxy.log().len(), home.log().len()), (1, 1));
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let settings = || quick("https://registry.example");
    let mut wrong = settings();
    wrong.roots = Roots::System {
        extra: vec![b"no certificate".to_vec()],
    };
    assert!(matches!(Upstream::new(wrong), Err(SetUpError::Authority)));
    let mut wrong = settings();
    wrong.client_certificates = vec![cleanbill_upstream::ClientCertificate {
        prefix: "https://registry.example/".into(),
        pem: Secret::new("nonsense"),
    }];
    let error = Upstream::new(wrong).unwrap_err().to_string();
    assert!(error.contains("https://registry.example/"), "{error}");
    let mut wrong = settings();
    wrong.proxy = ProxySettings {
        https: Some(SafeUrl::new("http://user:planted@[")),
        ..ProxySettings::default()
    };
    let error = Upstream::new(wrong).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("planted"));
}
