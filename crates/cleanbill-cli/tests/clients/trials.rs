//! What else a client does with a registry, each as one trial before the gate: what must not come through does
//! not, and what is no business of a gate works as if it were not there.
use std::{fs, path::PathBuf};

use cleanbill_testkit::Registry;

use super::{
    client::Client,
    common::Machine,
    installed,
    world::{ADVISORY, TOKEN},
};

/// What a trial is made with.
pub struct Bench<'t> {
    pub client: &'t Client,
    pub path: &'t str,
    pub machine: &'t Machine,
    pub registry: &'t Registry,
    pub gate: &'t str,
}

/// Gives a cell of the table and what the client said.
pub type Trial = fn(&Bench<'_>) -> (String, String);

/// In their order: a login comes before what needs one.
pub const TRIALS: [(&str, Trial); 9] = [
    ("optional", optional),
    ("peer", peer),
    ("update", update),
    ("dlx", dlx),
    ("audit", audit),
    ("signatures", signatures),
    ("login", login),
    ("publish", publish),
    ("tags", tags),
];

/// The cell of a client that has no such command, or none that can be run without a person.
const NONE: &str = "–";

impl Bench<'_> {
    fn run(&self, folder: &std::path::Path, arguments: &[&str]) -> (bool, String) {
        self.client.run(self.machine, folder, self.path, arguments, None)
    }

    /// Where `left` was added by its range, at 1.0.0.
    fn ranged(&self) -> PathBuf {
        self.machine.home().join("add-range")
    }

    fn add(&self, name: &str) -> (bool, String, PathBuf) {
        let project = self.client.project(self.machine, &format!("add-{name}"));
        let spec = format!("{}{name}", self.client.prefix);
        let arguments: Vec<&str> = self.client.add.iter().copied().chain([spec.as_str()]).collect();
        let (succeeded, said) = self.run(&project, &arguments);
        (succeeded, said, project)
    }

    /// Adds a package of which a part is held: without the part, or not at all.
    fn without_fresh(&self, name: &str) -> (String, String) {
        let (succeeded, said, project) = self.add(name);
        let there = installed(&project, "fresh");
        assert_eq!(there, None, "{} {name}: {said}", self.client.shown);
        if !succeeded {
            return ("refused".into(), said);
        }
        let asked = installed(&project, name);
        assert_eq!(
            asked.as_deref(),
            Some("1.0.0"),
            "{} {name}: {said}",
            self.client.shown
        );
        ("left out".into(), said)
    }

    fn none(&self) -> (String, String) {
        (NONE.into(), String::new())
    }
}

fn optional(bench: &Bench<'_>) -> (String, String) {
    bench.without_fresh("opts")
}

fn peer(bench: &Bench<'_>) -> (String, String) {
    bench.without_fresh("peers")
}

fn update(bench: &Bench<'_>) -> (String, String) {
    let project = bench.ranged();
    let (succeeded, said) = bench.run(&project, bench.client.update);
    assert!(succeeded, "{} update: {said}", bench.client.shown);
    let there = installed(&project, "left").unwrap_or_default();
    assert_eq!(there, "1.0.0", "{} update: {said}", bench.client.shown);
    (there, said)
}

fn dlx(bench: &Bench<'_>) -> (String, String) {
    let Some(words) = bench.client.dlx else {
        return bench.none();
    };
    let folder = bench.client.project(bench.machine, "dlx");
    let (succeeded, said) = bench.run(&folder, words);
    assert!(
        succeeded && said.contains("ran 1.0.0"),
        "{} dlx: {said}",
        bench.client.shown
    );
    ("1.0.0".into(), said)
}

fn audit(bench: &Bench<'_>) -> (String, String) {
    let Some(words) = bench.client.audit else {
        return bench.none();
    };
    // It ends with an error: there is something to tell.
    let (_, said) = bench.run(&bench.ranged(), words);
    assert!(said.contains(ADVISORY), "{} audit: {said}", bench.client.shown);
    ("works".into(), said)
}

fn signatures(bench: &Bench<'_>) -> (String, String) {
    let Some(words) = bench.client.signatures else {
        return bench.none();
    };
    let (succeeded, said) = bench.run(&bench.ranged(), words);
    let told = said.contains("verified");
    assert!(succeeded && told, "{} signatures: {said}", bench.client.shown);
    ("verified".into(), said)
}

fn login(bench: &Bench<'_>) -> (String, String) {
    let home = bench.machine.home().to_path_buf();
    let cell = match bench.client.login {
        Some(words) => {
            let (succeeded, said) = bench.run(&home, words);
            assert!(succeeded, "{} login: {said}", bench.client.shown);
            "works"
        }
        // The others ask a person; they are handed what a login leaves.
        None => {
            let authority = bench.gate.trim_start_matches("http://");
            let npmrc = fs::read_to_string(home.join(".npmrc")).unwrap_or_default();
            bench
                .machine
                .write(".npmrc", &format!("{npmrc}//{authority}/:_authToken={TOKEN}\n"));
            let yarnrc = fs::read_to_string(home.join(".yarnrc.yml")).unwrap_or_default();
            bench
                .machine
                .write(".yarnrc.yml", &format!("{yarnrc}npmAuthToken: \"{TOKEN}\"\n"));
            "token"
        }
    };
    if let Some(words) = bench.client.whoami {
        let folder = bench.client.project(bench.machine, "whoami");
        let (succeeded, said) = bench.run(&folder, words);
        let told = said.contains("someone");
        assert!(succeeded && told, "{} whoami: {said}", bench.client.shown);
    } else if bench.client.publish.is_none() {
        return bench.none();
    }
    (cell.into(), String::new())
}

fn publish(bench: &Bench<'_>) -> (String, String) {
    let Some(words) = bench.client.publish else {
        return bench.none();
    };
    let folder = bench.client.project(bench.machine, "mine");
    bench.machine.write(
        "mine/package.json",
        "{\"name\":\"mine\",\"version\":\"1.0.0\",\"license\":\"MIT\"}\n",
    );
    bench.machine.write("mine/index.js", "module.exports = 1;\n");
    if bench.client.folder == "yarn-4" {
        // It publishes what its lockfile knows.
        let (succeeded, said) = bench.run(&folder, &["install"]);
        assert!(succeeded, "{} install: {said}", bench.client.shown);
    }
    let (succeeded, said) = bench.run(&folder, words);
    let put = bench
        .registry
        .requests_for("/mine")
        .into_iter()
        .find(|logged| logged.method == "PUT");
    let put = put.unwrap_or_else(|| panic!("{} publish: {said}", bench.client.shown));
    assert!(succeeded, "{} publish: {said}", bench.client.shown);
    let wanted = format!("Bearer {TOKEN}");
    assert_eq!(
        put.header("authorization"),
        Some(wanted.as_str()),
        "{}",
        bench.client.shown
    );
    let sent: serde_json::Value = serde_json::from_slice(&put.body).unwrap();
    assert_eq!(
        sent["versions"]["1.0.0"]["name"], "mine",
        "{}",
        bench.client.shown
    );
    assert!(sent["_attachments"].is_object(), "{}", bench.client.shown);
    ("works".into(), said)
}

fn tags(bench: &Bench<'_>) -> (String, String) {
    let Some(words) = bench.client.tags else {
        return bench.none();
    };
    let folder = bench.client.project(bench.machine, "tags");
    let (succeeded, said) = bench.run(&folder, words);
    let told = said.contains("1.0.0") && !said.contains("1.1.0");
    assert!(succeeded && told, "{} tags: {said}", bench.client.shown);
    ("1.0.0".into(), said)
}
