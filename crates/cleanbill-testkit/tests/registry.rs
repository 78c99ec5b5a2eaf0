//! The loopback registry, asked over a plain socket.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests write the folders they read and fail by panicking"
)]
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use cleanbill_testkit::{
    Behaviour, Case, PackageBuilder, Registry, Replay, Validators,
    replay::{Class, Expectation, Trigger},
};
use serde_json::{Value, json};

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
    fn header(&self, name: &str) -> Option<String> {
        let line = self
            .head
            .lines()
            .find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    }
}

fn get(registry: &Registry, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut stream = TcpStream::connect(registry.address()).unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: loopback\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head,
        body: bytes[end + 4..].to_vec(),
    }
}

/// A replay with a scoped package, one release on disk and one only in the document.
fn replay_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("registry/@scope+left");
    fs::create_dir_all(package.join("1.0.0/lib")).unwrap();
    let partial = json!({
        "time": {"created": "2026-01-01T00:00:00.000Z", "modified": "2026-06-01T00:00:00.000Z", "1.0.0": "2026-06-01T00:00:00.000Z"},
        "maintainers": [{"name": "ada", "email": "ada@mail.example"}],
        "versions": {
            "0.9.0": {"deprecated": "old"},
            "1.0.0": {"_npmUser": {"name": "ada"}, "dist": {"attestations": {"url": "https://registry.example/a"}}},
        },
    });
    fs::write(package.join("packument.json"), partial.to_string()).unwrap();
    let manifest = json!({"name": "@scope/left", "version": "1.0.0", "description": "pads", "scripts": {"postinstall": "node lib/a.js"}});
    fs::write(package.join("1.0.0/package.json"), manifest.to_string()).unwrap();
    fs::write(package.join("1.0.0/lib/a.js"), "console.log(1)\n").unwrap();
    folder
}

#[test]
fn a_replay_is_completed_into_documents_and_tarballs() {
    let folder = replay_folder();
    let registry = Registry::start(Replay::read(folder.path()).unwrap());
    let full = get(&registry, "/@scope%2fleft", &[("accept", "application/json")]);
    assert_eq!(full.status, 200);
    let document = full.json();
    assert_eq!(document["dist-tags"], json!({"latest": "1.0.0"}));
    let release = &document["versions"]["1.0.0"];
    assert_eq!(release["description"], "pads");
    assert_eq!(release["_npmUser"]["name"], "ada");
    assert_eq!(
        release["dist"]["attestations"]["url"],
        "https://registry.example/a"
    );
    assert!(
        release["dist"]["integrity"]
            .as_str()
            .unwrap()
            .starts_with("sha512-")
    );
    assert_eq!(release["dist"]["shasum"].as_str().unwrap().len(), 40);
    let tarball = release["dist"]["tarball"].as_str().unwrap();
    assert_eq!(
        tarball,
        format!("{}/@scope/left/-/left-1.0.0.tgz", registry.url())
    );
    let listed = &document["versions"]["0.9.0"];
    assert_eq!(
        (&listed["name"], &listed["deprecated"]),
        (&json!("@scope/left"), &json!("old"))
    );

    let packed = get(&registry, "/@scope/left/-/left-1.0.0.tgz", &[]);
    assert_eq!(packed.status, 200);
    assert_eq!(
        release["dist"]["integrity"],
        cleanbill_testkit::replay::sri_sha512(&packed.body)
    );
    assert_eq!(get(&registry, "/@scope/left/-/left-0.9.0.tgz", &[]).status, 404);
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let one = Replay::read(replay_folder().path()).unwrap();
    let two = Replay::read(replay_folder().path()).unwrap();
    let name = one.names().next().unwrap().clone();
    let bytes = |replay: &Replay| {
        replay
            .package(&name)
            .unwrap()
            .tarball_of("1.0.0")
            .unwrap()
            .clone()
    };
    assert_eq!(bytes(&one), bytes(&two));
}

#[test]
fn the_accept_header_chooses_the_document() {
    let folder = replay_folder();
    let registry = Registry::start(Replay::read(folder.path()).unwrap());
    let vendor = "application/vnd.npm.install-v1+json";
    for accept in [
        vendor,
        "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*",
    ] {
        let short = get(&registry, "/@scope/left", &[("accept", accept)]);
        assert_eq!(short.header("content-type").unwrap(), vendor);
        let document = short.json();
        assert!(document.get("time").is_none() && document.get("maintainers").is_none());
        assert_eq!(document["modified"], "2026-06-01T00:00:00.000Z");
        assert_eq!(document["versions"]["1.0.0"]["hasInstallScript"], true);
        assert!(document["versions"]["1.0.0"].get("_npmUser").is_none());
    }
    for accept in [
        "*/*",
        "application/json",
        "application/vnd.npm.install-v1+json; q=0.5, application/json",
    ] {
        assert_eq!(
            get(&registry, "/@scope/left", &[("accept", accept)])
                .header("content-type")
                .unwrap(),
            "application/json"
        );
    }
}

#[test]
fn validators_and_encodings_are_honoured() {
    let registry = Registry::with([PackageBuilder::new("left").release("1.0.0", &[]).build()]);
    let first = get(&registry, "/left", &[]);
    let tag = first.header("etag").unwrap();
    let again = get(&registry, "/left", &[("if-none-match", &tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let short = get(
        &registry,
        "/left",
        &[("accept", "application/vnd.npm.install-v1+json")],
    );
    assert_ne!(short.header("etag").unwrap(), tag);
    let packed = get(&registry, "/left", &[("accept-encoding", "gzip, br")]);
    assert_eq!(packed.header("content-encoding").unwrap(), "gzip");
    assert_eq!(packed.body[..2], [0x1f, 0x8b]);

    registry.validators(Validators::LastModified);
    let dated = get(&registry, "/left", &[]);
    let date = dated.header("last-modified").unwrap();
    assert_eq!(
        get(&registry, "/left", &[("if-modified-since", &date)]).status,
        304
    );

    registry.validators(Validators::EntityTag);
    registry.publish(
        PackageBuilder::new("left")
            .release("1.0.0", &[])
            .release("1.0.1", &[])
            .build(),
    );
    assert_eq!(get(&registry, "/left", &[("if-none-match", &tag)]).status, 200);
}

#[test]
fn versions_tags_ping_and_the_unknown() {
    let registry = Registry::with([PackageBuilder::new("left")
        .release("1.0.0", &[])
        .release("2.0.0-rc.1", &[])
        .build()]);
    assert_eq!(get(&registry, "/-/ping", &[]).status, 200);
    assert_eq!(get(&registry, "/left/latest", &[]).json()["version"], "1.0.0");
    assert_eq!(
        get(&registry, "/left/2.0.0-rc.1", &[]).json()["version"],
        "2.0.0-rc.1"
    );
    assert_eq!(
        get(&registry, "/-/package/left/dist-tags", &[]).json(),
        json!({"latest": "1.0.0"})
    );
    for path in [
        "/right",
        "/left/3.0.0",
        "/@scope",
        "/../left",
        "/left/-/left-9.9.9.tgz",
    ] {
        assert_eq!(get(&registry, path, &[]).status, 404, "{path}");
    }
}

#[test]
fn null_takes_a_field_away_and_what_the_document_says_wins() {
    let package = PackageBuilder::new("left")
        .release("1.0.0", &[])
        .partial(json!({"versions": {"1.0.0": {"dist": {"integrity": null, "tarball": "https://files.example/left.tgz"}}}}));
    let registry = Registry::with([package.build()]);
    let dist = get(&registry, "/left", &[]).json()["versions"]["1.0.0"]["dist"].clone();
    assert!(dist.get("integrity").is_none());
    assert_eq!(dist["tarball"], "https://files.example/left.tgz");
}

#[test]
fn orders_are_followed_once_each_and_everything_is_logged() {
    let registry = Registry::with([PackageBuilder::new("left").release("1.0.0", &[]).build()]);
    registry.order(
        "/left",
        [
            Behaviour::RetryAfter {
                status: 429,
                value: "7".to_owned(),
            },
            Behaviour::Html,
        ],
    );
    let busy = get(&registry, "/left", &[("authorization", "Bearer t")]);
    assert_eq!(
        (busy.status, busy.header("retry-after").unwrap().as_str()),
        (429, "7")
    );
    assert!(get(&registry, "/left", &[]).body.starts_with(b"<!doctype"));
    assert_eq!(get(&registry, "/left", &[]).status, 200);
    let asked = registry.requests_for("/left");
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].header("authorization"), Some("Bearer t"));
    assert_eq!(asked[1].header("authorization"), None);
}

#[test]
fn a_lying_length_is_on_the_line() {
    let registry = Registry::with([PackageBuilder::new("left").release("1.0.0", &[]).build()]);
    registry.order(
        "/left",
        [
            Behaviour::PromisesTooMuch,
            Behaviour::PromisesTooLittle,
            Behaviour::Drop { after: 9 },
        ],
    );
    let declared = |answer: &Answer| answer.header("content-length").unwrap().parse::<usize>().unwrap();
    let much = get(&registry, "/left", &[]);
    assert!(declared(&much) > much.body.len());
    let little = get(&registry, "/left", &[]);
    assert_eq!(declared(&little), little.body.len());
    assert!(serde_json::from_slice::<Value>(&little.body).is_err());
    assert!(get(&registry, "/left", &[]).header("content-length").is_none());
}

#[test]
fn a_folder_that_breaks_the_format_is_named() {
    let folder = replay_folder();
    fs::create_dir_all(folder.path().join("registry/no name/1.0.0")).unwrap();
    let error = Replay::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("no name` is named like no package"), "{error}");

    let folder = replay_folder();
    fs::remove_file(folder.path().join("registry/@scope+left/1.0.0/package.json")).unwrap();
    assert!(Replay::read(folder.path()).is_err());

    #[cfg(unix)]
    {
        let folder = replay_folder();
        std::os::unix::fs::symlink("/", folder.path().join("registry/@scope+left/1.0.0/root")).unwrap();
        let error = Replay::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("neither a file nor a folder"), "{error}");
    }
}

#[test]
fn the_case_of_a_replay_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let case = json!({"id": "a", "title": "t", "family": "f", "class": "malicious", "as_of": "2026-06-17T01:20:00Z",
        "target": "left@1.0.0", "bad": ["left@1.0.0"], "expect": "block", "techniques": ["MET-05"], "transform": null,
        "trigger": "install", "inspired_by": "somebody"});
    fs::write(folder.path().join("case.json"), case.to_string()).unwrap();
    let read = Case::read(folder.path()).unwrap();
    assert_eq!(
        (read.class, read.expect, read.trigger),
        (Class::Malicious, Expectation::Block, Trigger::Install)
    );
    fs::write(folder.path().join("case.json"), "{}").unwrap();
    assert!(
        Case::read(folder.path())
            .unwrap_err()
            .to_string()
            .contains("is not what the replay format says")
    );
}

#[test]
fn every_replay_of_the_corpus_can_be_served() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays");
    let folders = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let mut served = 0;
    for folder in folders {
        let case = Case::read(&folder).unwrap();
        assert_eq!(
            Some(case.id.as_str()),
            folder.file_name().and_then(|name| name.to_str())
        );
        let registry = Registry::start(Replay::read(&folder).unwrap());
        let (name, version) = case.target.rsplit_once('@').unwrap();
        let document = get(&registry, &format!("/{name}"), &[]).json();
        let tarball = document["versions"][version]["dist"]["tarball"].as_str().unwrap();
        let path = tarball.strip_prefix(registry.url()).unwrap();
        assert_eq!(get(&registry, path, &[]).status, 200, "{}", case.id);
        served += 1;
    }
    assert!(served > 0, "no replay in {}", corpus.display());
}
