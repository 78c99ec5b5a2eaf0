//! `cleanbill campaign` as a user runs it: signed packs, the published site, pages with drawings, STIX in.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so"
)]
mod common;

use std::{collections::HashSet, path::Path};

use common::{Answer, Machine};

/// A campaign whose every word is an attack on whoever shows it.
const HOSTILE: &str = r#"{"schema":"cleanbill-campaign/1","id":"hostile-2026","name":"<script>alert(1)</script> \u001b[31m","class":"hijack",
"confidence":"low","vector":"\"><img src=x onerror=1>","execution":{"when":["install"],"detail":"`<b>` & ]]>"},
"timeline":[{"at":"2026-06-17T01:00:00Z","what":"first bad release published"},{"at":"2026-06-17T05:00:00Z","what":"</svg><script>1</script>"}],
"packages":[{"name":"left","versions":["1.0.1"],"last_good":"<i>1.0.0</i>"}],
"indicators":[{"kind":"domain","value":"files[.]left[.]example","label":"\u202eeno"}],
"attribution":[{"actor":"<u>somebody</u>","by":"a vendor"}],
"sources":["javascript:alert(1)","https://reports.example/\"onclick=\"1"]}"#;

fn run(machine: &Machine, arguments: &[&str], code: i32) -> Answer {
    let answer = machine.run(machine.home(), arguments);
    assert_eq!(
        answer.code(),
        code,
        "{arguments:?}: {}{}",
        answer.stdout(),
        answer.stderr()
    );
    answer
}

fn read(machine: &Machine, path: &str) -> String {
    std::fs::read_to_string(machine.home().join(path)).unwrap()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn a_signed_pack_is_taken_and_a_changed_one_is_not() {
    let machine = Machine::new();
    machine.write("pack.json", HOSTILE);
    machine.write(
        "app/package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/left":{"version":"1.0.1"}}}"#,
    );
    run(
        &machine,
        &[
            "campaign",
            "keys",
            "--secret",
            "secret.pem",
            "--public",
            "key.pub",
        ],
        0,
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(machine.home().join("secret.pem"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "others may read the secret key");
    }
    let again = run(
        &machine,
        &[
            "campaign",
            "keys",
            "--secret",
            "secret.pem",
            "--public",
            "key.pub",
        ],
        2,
    );
    assert!(
        again.stderr().contains("never written over"),
        "{}",
        again.stderr()
    );
    let hunt = [
        "hunt",
        "app",
        "--pack",
        "pack.json",
        "--pack-key",
        "key.pub",
        "--campaign",
        "hostile-2026",
    ];
    let missing = run(&machine, &hunt, 2);
    assert!(
        missing.stderr().contains("pack.json.minisig"),
        "{}",
        missing.stderr()
    );
    let sign = [
        "campaign",
        "sign",
        "pack.json",
        "--key",
        "secret.pem",
        "--comment",
        "of June",
        "-o",
        "pack.json.minisig",
    ];
    run(&machine, &sign, 0);
    run(&machine, &hunt, 1);
    let verify = ["campaign", "verify", "pack.json", "--key", "key.pub"];
    assert!(run(&machine, &verify, 0).stdout().contains("of June"));
    machine.write("pack.json", &HOSTILE.replace("1.0.1", "1.0.2"));
    let changed = run(&machine, &hunt, 2);
    assert!(changed.stderr().contains("was changed"), "{}", changed.stderr());
    assert!(run(&machine, &verify, 1).stdout().contains("not to be trusted"));
}

#[test]
fn a_pack_of_several_campaigns_leaves_and_comes_back() {
    let machine = Machine::new();
    machine.write("pack.json", HOSTILE);
    let ids = ["hostile-2026", "axios-2026-03"];
    let out = run(
        &machine,
        &[
            "campaign",
            "export",
            "--to",
            "pack",
            "--pack",
            "pack.json",
            ids[0],
            ids[1],
            "-o",
            "both.json",
        ],
        0,
    );
    assert!(out.stdout().is_empty());
    let shown = run(
        &machine,
        &[
            "campaign",
            "show",
            "hostile-2026",
            "--pack",
            "both.json",
            "--format",
            "json",
        ],
        0,
    );
    assert_eq!(shown.json()["id"], "hostile-2026");
}

#[test]
fn the_site_has_a_page_and_every_format_for_each_campaign_and_no_dead_link() {
    let machine = Machine::new();
    machine.write("pack.json", HOSTILE);
    let base = "https://campaigns.example/all/";
    run(
        &machine,
        &[
            "campaign",
            "publish",
            "site",
            "--base",
            base,
            "--pack",
            "pack.json",
        ],
        0,
    );
    let again = run(&machine, &["campaign", "publish", "site", "--base", base], 2);
    assert!(again.stderr().contains("not empty"), "{}", again.stderr());
    let site = machine.home().join("site");
    let all: HashSet<_> = files(&site).into_iter().collect();
    let known: HashSet<_> = all.iter().map(|path| path.canonicalize().unwrap()).collect();
    let mut pages = 0;
    for path in &all {
        let text = std::fs::read_to_string(path).unwrap();
        match path.extension().and_then(|end| end.to_str()) {
            Some("html") => {
                pages += 1;
                for (at, mark) in text.match_indices("href=\"") {
                    let target = text[at + mark.len()..].split('"').next().unwrap();
                    if let Some(part) = target.strip_prefix('#') {
                        assert!(text.contains(&format!("id=\"{part}\"")), "{path:?}: {part}");
                    } else if !target.starts_with("https://") {
                        let target = path.parent().unwrap().join(target).canonicalize();
                        assert!(target.is_ok_and(|target| known.contains(&target)), "{path:?}");
                    }
                }
                assert!(
                    !text.contains("<script") && !text.contains("<img") && !text.contains('\u{1b}'),
                    "{path:?}"
                );
            }
            Some("json") => drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()),
            _ => {}
        }
    }
    assert!(pages > 80, "{pages}");
    let page = read(&machine, "site/axios-2026-03/index.html");
    for heading in [
        "Quick answer",
        "What happened",
        "Who is affected",
        "What to do",
        "Common questions",
        "Evidence",
        "Sources, and how sure we are",
    ] {
        assert!(page.contains(&format!(">{heading}</h2>")), "{heading}");
    }
    assert!(
        page.contains("attributed by Microsoft to Sapphire Sleet"),
        "an actor is only ever quoted"
    );
    assert!(page.contains("<svg class=\"timeline\"") && page.contains("<svg class=\"graph\""));
    let hostile = read(&machine, "site/hostile-2026/index.html");
    assert!(
        !hostile.contains("javascript:alert(1)\"") && !hostile.contains("onclick=\"1"),
        "{hostile}"
    );
    for (feed, entries) in [("atom.xml", "<entry>"), ("feed.xml", "<item>")] {
        let text = read(&machine, &format!("site/{feed}"));
        assert_eq!(text.matches(entries).count(), 50);
        assert!(text.contains("https://campaigns.example/all/"));
        well_formed(&text);
    }
    let layer: serde_json::Value =
        serde_json::from_str(&read(&machine, "site/axios-2026-03/navigator.json")).unwrap();
    assert_eq!(
        (layer["domain"].as_str(), layer["versions"]["layer"].as_str()),
        (Some("enterprise-attack"), Some("4.5"))
    );
    assert!(
        layer["techniques"]
            .as_array()
            .unwrap()
            .iter()
            .any(|technique| technique["techniqueID"] == "T1195.001")
    );
    let osv: serde_json::Value =
        serde_json::from_str(&read(&machine, "site/axios-2026-03/osv.json")).unwrap();
    assert_eq!(osv["affected"][0]["package"]["name"], "axios");
}

/// Every element that opens closes in its order, and nothing stands that XML has no place for.
fn well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?>")
        .unwrap();
    while let Some((before, from)) = rest.split_once('<') {
        assert!(
            !before.contains('>')
                && !before
                    .replace("&amp;", "")
                    .replace("&lt;", "")
                    .replace("&gt;", "")
                    .replace("&quot;", "")
                    .replace("&#39;", "")
                    .contains('&'),
            "{before}"
        );
        let (tag, after) = from.split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        rest = after;
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_page_alone_needs_no_other_file() {
    let machine = Machine::new();
    let page = run(
        &machine,
        &["campaign", "show", "mastra-2026-06", "--format", "html"],
        0,
    )
    .stdout();
    assert!(page.starts_with("<!doctype html>") && page.contains("<style>"));
    assert!(!page.contains("rel=\"stylesheet\"") && !page.contains("<nav>"));
}

#[test]
fn a_bundle_of_stix_becomes_a_campaign_that_is_hunted() {
    let machine = Machine::new();
    let bundle = r#"{"type":"bundle","id":"bundle--0","objects":[
      {"type":"identity","id":"identity--1","name":"A vendor"},
      {"type":"campaign","id":"campaign--1","name":"Left hand","first_seen":"2026-06-17T01:00:00.000Z","external_references":[{"source_name":"x","url":"https://reports.example/1"}]},
      {"type":"threat-actor","id":"threat-actor--1","name":"Somebody"},
      {"type":"relationship","id":"relationship--1","relationship_type":"attributed-to","source_ref":"campaign--1","target_ref":"threat-actor--1","created_by_ref":"identity--1"},
      {"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[software:name = 'left' AND software:version IN ('1.0.1', '1.0.2')]"},
      {"type":"indicator","id":"indicator--2","pattern_type":"stix","pattern":"[domain-name:value = 'files.left.example']"},
      {"type":"indicator","id":"indicator--3","pattern_type":"stix","pattern":"[domain-name:value LIKE '%.example']"},
      {"type":"indicator","id":"indicator--4","revoked":true,"pattern_type":"stix","pattern":"[software:name = 'right']"}]}"#;
    machine.write("in.json", bundle);
    let campaign = run(
        &machine,
        &["campaign", "import", "in.json", "--id", "left-2026"],
        0,
    );
    machine.write("left-2026.json", &campaign.stdout());
    let campaign = campaign.json();
    assert_eq!(campaign["packages"].as_array().unwrap().len(), 1);
    assert_eq!(campaign["indicators"][0]["value"], "files[.]left[.]example");
    assert_eq!(
        (
            campaign["attribution"][0]["actor"].as_str(),
            campaign["attribution"][0]["by"].as_str()
        ),
        (Some("Somebody"), Some("A vendor"))
    );
    assert!(
        campaign["notes"][0]
            .as_str()
            .unwrap()
            .starts_with("1 indicators say more")
    );
    run(&machine, &["campaign", "lint", "left-2026.json"], 0);
    machine.write(
        "app/package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/left":{"version":"1.0.2"}}}"#,
    );
    run(
        &machine,
        &[
            "hunt",
            "app",
            "--pack",
            "left-2026.json",
            "--campaign",
            "left-2026",
        ],
        1,
    );
}

#[test]
fn a_gate_that_keeps_no_log_here_is_told() {
    let machine = Machine::new();
    machine.write("app/package-lock.json", "{}");
    let answer = run(
        &machine,
        &["hunt", "app", "--gate", "--campaign", "axios-2026-03"],
        2,
    );
    assert!(
        answer.stderr().contains("no gate has kept a log"),
        "{}",
        answer.stderr()
    );
    assert!(
        files(machine.home())
            .iter()
            .all(|file| !file.ends_with("gate.sqlite")),
        "looking made a store"
    );
}

#[test]
fn campaigns_made_alike_are_told_by_their_traits_and_others_stay_out() {
    let machine = Machine::new();
    let alike = |id: &str| {
        let text = run(&machine, &["campaign", "show", id], 0).stdout();
        let part = text
            .split("made alike")
            .nth(1)
            .unwrap_or_default()
            .split("\n\n")
            .next()
            .unwrap_or_default();
        part.lines()
            .skip(1)
            .map(|line| line.trim().split(':').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(
        alike("axios-2026-03").contains(&"mastra-2026-06".to_owned()),
        "{:?}",
        alike("axios-2026-03")
    );
    assert!(alike("mastra-2026-06").contains(&"axios-2026-03".to_owned()));
    for apart in [
        "contagious-interview-2025",
        "polinrider-2026-07",
        "qix-2025",
        "shai-hulud-2025-09",
    ] {
        assert!(alike(apart).is_empty(), "{apart}: {:?}", alike(apart));
    }
}

const PAYLOAD: &str = include_str!("../../cleanbill-js/tests/it/samples/shape/plain.js");
const MINIFIED: &str = include_str!("../../cleanbill-js/tests/it/samples/shape/esbuild.js");

#[test]
fn unpacked_releases_are_linked_by_their_code_and_honest_code_links_nothing() {
    let machine = Machine::new();
    let release = |folder: &str, name: &str, code: &str| {
        machine.write(
            &format!("{folder}/{name}/package.json"),
            &format!(r#"{{"name":"{name}","version":"1.0.1","scripts":{{"postinstall":"node index.js"}}}}"#),
        );
        machine.write(
            &format!("{folder}/{name}/index.js"),
            &code.replace("collector.example", &format!("{name}.example")),
        );
    };
    release("samples", "one", PAYLOAD);
    release("samples", "two", MINIFIED);
    release(
        "samples",
        "bystander",
        "module.exports = (text) => text.padStart(8);",
    );
    let human = run(&machine, &["campaign", "link", "samples"], 0).stdout();
    assert!(
        human.contains("cluster 1: 2 releases, the same payload"),
        "{human}"
    );
    assert!(human.contains("100 % of the sub-trees"), "{human}");
    assert!(human.contains("alternative: a copy-cat"), "{human}");
    assert!(human.ends_with("1 cluster over 2 of 3 releases\n"), "{human}");
    let told = run(&machine, &["campaign", "link", "samples", "--format", "json"], 0).json();
    assert_eq!(
        told["clusters"][0]["releases"],
        serde_json::json!(["one@1.0.1", "two@1.0.1"])
    );
    assert_eq!(told["clusters"][0]["level"], "same-payload");
    // The same code in an honest release ties nobody.
    release("honest", "three", PAYLOAD);
    let human = run(
        &machine,
        &["campaign", "link", "samples", "--benign", "honest"],
        0,
    )
    .stdout();
    assert_eq!(human, "0 clusters over 0 of 3 releases\n");
    let empty = run(&machine, &["campaign", "link", "honest/three/index.js"], 2);
    assert!(empty.stderr().contains("no such folder"), "{}", empty.stderr());
}

/// A program of `.ci/validators`; without it a test says that it was left out.
fn validator(name: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/validators/bin")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("left out: `{name}` is not there; `.ci/validators` installs it");
    None
}

/// Campaigns that use every kind of object an export can have: claims in dispute, and indicators of each kind.
const VARIED: [&str; 3] = ["axios-2026-03", "contagious-interview-2025", "event-stream-2018"];

#[test]
fn validators_of_other_makers_find_nothing_wrong_with_exports() {
    let machine = Machine::new();
    let export = |to: &str, file: &str| {
        let mut arguments = vec!["campaign", "export", "--to", to, "-o", file];
        arguments.extend(VARIED);
        run(&machine, &arguments, 0);
    };
    if let Some(stix) = validator("stix2_validator") {
        export("stix", "stix.json");
        let told = std::process::Command::new(&stix)
            .arg(machine.home().join("stix.json"))
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&told.stdout);
        assert!(
            told.status.success() && words.contains("STIX JSON: Valid"),
            "{words}"
        );
        // It can say no.
        let broken = read(&machine, "stix.json").replace("\"pattern_type\"", "\"pattern_kind\"");
        machine.write("broken.json", &broken);
        let told = std::process::Command::new(&stix)
            .arg(machine.home().join("broken.json"))
            .output()
            .unwrap();
        assert!(
            !told.status.success(),
            "a bundle without pattern types is refused"
        );
    }
    if let Some(python) = validator("python") {
        export("misp", "misp.json");
        let told = std::process::Command::new(&python)
            .args(["-c", MISP])
            .arg(machine.home().join("misp.json"))
            .output()
            .unwrap();
        assert!(
            told.status.success(),
            "{}{}",
            String::from_utf8_lossy(&told.stdout),
            String::from_utf8_lossy(&told.stderr)
        );
    }
}

/// Reads events with MISP's own library, against its schema and its table of which type belongs to which category.
const MISP: &str = r#"
import copy, json, os, sys
import jsonschema, pymisp
data = os.path.join(os.path.dirname(pymisp.__file__), "data")
schema = json.load(open(os.path.join(data, "schema.json")))
types = json.load(open(os.path.join(data, "describeTypes.json")))["result"]["category_type_mappings"]
validate = jsonschema.validators.validator_for(schema)(schema)
events = json.load(open(sys.argv[1]))
wrong = [error.message for event in events for error in validate.iter_errors(event)]
for event in events:
    for attribute in event["Event"]["Attribute"]:
        if attribute["type"] not in types.get(attribute["category"], []):
            wrong.append(str(attribute))
    pymisp.MISPEvent().load(copy.deepcopy(event))
print(wrong)
sys.exit(len(wrong) > 0 or len(events) == 0)
"#;
