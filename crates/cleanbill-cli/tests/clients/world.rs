//! What the clients meet: packages old and young, a registry that signs, takes writes and knows an advisory.
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cleanbill_model::{Age, Timestamp};
use cleanbill_testkit::{
    Behaviour, PackageBuilder, Registry,
    replay::{ReplayPackage, sri_sha512},
};
use serde_json::{Value, json};

/// Where an audit's advisory leads; clients print it.
pub const ADVISORY: &str = "https://advisories.example/1";
/// The token a login hands out.
pub const TOKEN: &str = "npm_inert0000000000000000000000000000";
const OLD: &str = "2020-01-01T00:00:00.000Z";
/// In front of the point of a P-256 key in its usual envelope (RFC 5480).
const SPKI_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The packages; `registry_is_open` makes the young ones old, for whoever locks them before they are held.
pub fn packages(registry_is_open: bool) -> Vec<ReplayPackage> {
    builders(registry_is_open)
        .into_iter()
        .map(PackageBuilder::build)
        .collect()
}

fn builders(registry_is_open: bool) -> Vec<PackageBuilder> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = Timestamp::from_millis(i64::try_from(now).unwrap());
    let young = if registry_is_open {
        now.minus(Age::days(400))
    } else {
        now.minus(Age::hours(1))
    }
    .to_string();
    let package = |name: &str, versions: &[(&str, &str)], fields: &Value| {
        let latest = versions.last().unwrap().0;
        let mut builder = PackageBuilder::new(name)
            .partial(json!({"time": {"created": OLD, "modified": OLD}}))
            .tag("latest", latest);
        for (version, moment) in versions {
            let mut manifest = json!({"name": name, "version": version});
            for (key, value) in fields.as_object().unwrap() {
                manifest[key] = value.clone();
            }
            let program = format!("#!/usr/bin/env node\nconsole.log(\"ran {version}\");\n");
            let files = [
                ("package.json", manifest.to_string()),
                ("index.js", "module.exports = 1;\n".to_owned()),
                ("cli.js", program),
            ];
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            builder = builder.release(version, &files).published(version, moment);
        }
        builder
    };
    let plain = json!({});
    let once: &[(&str, &str)] = &[("1.0.0", OLD)];
    let twice: &[(&str, &str)] = &[("1.0.0", OLD), ("1.1.0", &young)];
    vec![
        package("left", twice, &plain),
        package("fresh", &[("1.0.0", &young)], &plain),
        package("@acme/tool", &[("1.0.0", OLD), ("2.0.0", &young)], &plain),
        package("parent", once, &json!({"dependencies": {"fresh": "^1.0.0"}})),
        package(
            "opts",
            once,
            &json!({"optionalDependencies": {"fresh": "^1.0.0"}}),
        ),
        package("peers", once, &json!({"peerDependencies": {"fresh": "^1.0.0"}})),
        package("cli", twice, &json!({"bin": {"cli": "cli.js"}})),
    ]
}

/// A registry that answers whatever a client asks a registry for.
pub fn registry() -> Registry {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let packages = builders(false).into_iter().map(|builder| signed(builder, &key));
    let registry = Registry::with(packages.collect::<Vec<_>>());
    let spki = [SPKI_HEAD.as_slice(), key.public_key().as_ref()].concat();
    let says = |path: &str, body: Value| {
        registry.order_always(
            path,
            Behaviour::Body {
                content_type: "application/json".into(),
                bytes: body.to_string().into_bytes(),
            },
        );
    };
    says(
        "/-/npm/v1/keys",
        json!({"keys": [{"expires": null, "keyid": "SHA256:inert", "keytype": "ecdsa-sha2-nistp256",
                         "scheme": "ecdsa-sha2-nistp256", "key": STANDARD.encode(spki)}]}),
    );
    let advisory = json!({"id": 1, "url": ADVISORY, "title": "left does harm", "severity": "high",
        "vulnerable_versions": "<1.0.1", "cwe": ["CWE-1"], "cvss": {"score": 7.5, "vectorString": null}});
    says("/-/npm/v1/security/advisories/bulk", json!({"left": [advisory]}));
    let told = json!({
        "actions": [], "muted": [],
        "advisories": {"1": {"id": 1, "url": ADVISORY, "title": "left does harm", "severity": "high",
            "module_name": "left", "vulnerable_versions": "<1.0.1", "patched_versions": ">=1.0.1",
            "findings": [{"version": "1.0.0", "paths": ["left"], "dev": false, "optional": false, "bundled": false}],
            "overview": "it does", "recommendation": "leave it", "references": "", "access": "public", "cwe": "CWE-1",
            "cves": [], "github_advisory_id": "GHSA-0000-0000-0000", "created": OLD, "updated": OLD,
            "found_by": {"name": "nobody"}, "reported_by": {"name": "nobody"}, "deleted": null}},
        "metadata": {"vulnerabilities": {"info": 0, "low": 0, "moderate": 0, "high": 1, "critical": 0},
            "dependencies": 1, "devDependencies": 0, "optionalDependencies": 0, "totalDependencies": 1},
    });
    says("/-/npm/v1/security/audits", told.clone());
    says("/-/npm/v1/security/audits/quick", told);
    let url = registry.url().trim_end_matches('/').to_owned();
    says(
        "/-/v1/login",
        json!({"loginUrl": format!("{url}/login"), "doneUrl": format!("{url}/-/v1/done")}),
    );
    says("/-/v1/done", json!({"token": TOKEN}));
    says("/-/whoami", json!({"username": "someone"}));
    registry
}

/// The package with a signature on each version, as registries sign name, version and integrity.
fn signed(builder: PackageBuilder, key: &EcdsaKeyPair) -> ReplayPackage {
    let built = builder.clone().build();
    let mut versions = json!({});
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        if let Some(bytes) = built.tarball_of(version) {
            let message = format!("{}@{version}:{}", built.name(), sri_sha512(bytes));
            let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
            versions[version] = json!({"dist": {"signatures": [{"keyid": "SHA256:inert",
                "sig": STANDARD.encode(signature.as_ref())}]}});
        }
    }
    builder.partial(json!({"versions": versions})).build()
}
