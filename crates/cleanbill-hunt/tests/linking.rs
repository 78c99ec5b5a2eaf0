//! Linking over the open replays, with the campaigns' names and lists hidden from the scorer.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail, and write files"
)]
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::OnceLock,
};

use cleanbill_facts::traits;
use cleanbill_hunt::samples::{Code, ReadsCode, b_cubed, labels, samples};
use cleanbill_intel::{
    link::{Background, Cluster, Facts, Kind, Library, cluster::Level, link},
    profile::{PROFILES, compare},
};

fn replays() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays")
}

/// Reads code as a worker would, on a thread with its stack.
struct Here;

impl ReadsCode for Here {
    fn read(&self, folder: &Path) -> Result<Code, String> {
        let files = walkdir::WalkDir::new(folder)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| cleanbill_js::SourceFile {
                path: entry
                    .path()
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                bytes: std::fs::read(entry.path()).unwrap().into(),
            })
            .collect();
        let traits = std::thread::Builder::new()
            .stack_size(cleanbill_facts::source::REQUIRED_STACK_BYTES)
            .spawn(move || traits::of_files(files))
            .unwrap()
            .join()
            .unwrap();
        Ok(Code {
            trees: traits.shape.trees,
            runs: traits.shape.runs,
            behaviours: traits.chains,
            hosts: traits.hosts,
        })
    }
}

/// What linking made of the bad releases; everything else in the replays is honest background.
struct Linked {
    labels: HashMap<String, String>,
    facts: Vec<Facts>,
    clusters: Vec<Cluster>,
}

impl Linked {
    fn of(&self, release: &str) -> &Cluster {
        let of = |cluster: &&Cluster| cluster.releases.iter().any(|other| other == release);
        self.clusters.iter().find(of).unwrap()
    }

    /// Published profiles the cluster is consistent with.
    fn profiles(&self, releases: &[String]) -> Vec<&'static str> {
        let members = || {
            self.facts
                .iter()
                .filter(|facts| releases.contains(&facts.release))
        };
        let texts = || {
            members().flat_map(|facts| {
                let lists = [&facts.indicators, &facts.infrastructure, &facts.injects];
                lists
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .chain([facts.name.as_str()])
            })
        };
        PROFILES
            .iter()
            .filter(|known| compare(known, texts()).consistent)
            .filter_map(|known| Some(known.named.first()?.1))
            .collect()
    }
}

/// Read once: the corpus is read as code, which takes its time in a build for testing.
fn linked() -> &'static Linked {
    static LINKED: OnceLock<Linked> = OnceLock::new();
    LINKED.get_or_init(|| {
        let mut labels = labels(&replays());
        let all: Vec<Facts> = samples(&[replays()], &Here)
            .into_iter()
            .map(|sample| sample.facts)
            .collect();
        let (mut bad, honest): (Vec<Facts>, Vec<Facts>) = all
            .into_iter()
            .partition(|facts| labels.contains_key(&facts.release));
        let library = Library::of(&honest);
        for facts in &mut bad {
            facts.without_library(&library);
        }
        let background = Background::of(bad.iter().chain(&honest));
        let clusters = link(&bad, &background);
        labels.retain(|release, _| bad.iter().any(|facts| &facts.release == release));
        Linked {
            labels,
            facts: bad,
            clusters,
        }
    })
}

#[test]
fn releases_of_one_campaign_come_together_and_others_stay_apart() {
    let linked = linked();
    let (labels, clusters) = (&linked.labels, &linked.clusters);
    let releases: Vec<Vec<String>> = clusters.iter().map(|cluster| cluster.releases.clone()).collect();
    let (precision, recall, f1) = b_cubed(labels, &releases);
    eprintln!(
        "{} releases, {} clusters: precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}",
        labels.len(),
        clusters.len()
    );
    for cluster in clusters {
        let families: HashSet<&String> = cluster
            .releases
            .iter()
            .filter_map(|release| labels.get(release))
            .collect();
        if families.len() > 1 {
            eprintln!("mixed: {:?} {families:?} {:#?}", cluster.releases, cluster.links);
        }
    }
    let mut by: HashMap<&String, Vec<&String>> = HashMap::new();
    for (item, label) in labels {
        by.entry(label).or_default().push(item);
    }
    for (label, items) in by {
        let places: HashSet<String> = items
            .iter()
            .map(|item| {
                releases
                    .iter()
                    .position(|cluster| cluster.contains(item))
                    .map_or_else(|| (*item).clone(), |at| at.to_string())
            })
            .collect();
        if places.len() > 1 {
            eprintln!("apart: {label} {items:?}");
        }
    }
    assert!(
        precision >= 0.95,
        "releases of different campaigns are mixed: precision {precision:.3}"
    );
    assert!(f1 >= 0.95, "F1 {f1:.3}");
}

#[test]
fn mastra_and_axios_are_linked_by_what_links_them_and_nobody_else_is_drawn_in() {
    let linked = linked();
    for (parent, child) in [
        ("axios@1.14.1", "plain-crypto-js@4.2.1"),
        ("@mastra/core@1.42.1", "easy-day-js@1.11.22"),
    ] {
        let cluster = linked.of(parent);
        assert!(
            cluster.releases.iter().any(|release| release == child),
            "{cluster:?}"
        );
        assert!(cluster.kinds.contains(&Kind::Dependency), "{:?}", cluster.kinds);
        assert!(
            cluster.split.iter().any(|text| text.contains("dependency")),
            "without the edge to the child it falls apart: {:?}",
            cluster.split
        );
    }
    let (axios, mastra) = (linked.of("axios@1.14.1"), linked.of("@mastra/core@1.42.1"));
    eprintln!(
        "axios {:?}, mastra {:?}",
        linked.profiles(&axios.releases),
        linked.profiles(&mastra.releases)
    );
    let interview: Vec<&String> = linked
        .labels
        .iter()
        .filter(|(_, family)| family.contains("contagious") || family.contains("beavertail"))
        .map(|(release, _)| release)
        .collect();
    assert!(!interview.is_empty());
    for release in interview {
        for cluster in [axios, mastra] {
            assert!(!cluster.releases.contains(release), "{release}: {cluster:?}");
        }
        assert_eq!(
            linked.profiles(std::slice::from_ref(release)),
            [""; 0],
            "{release}"
        );
    }
}

const PLAIN: &str = include_str!("../../cleanbill-js/tests/it/samples/shape/plain.js");
const ESBUILD: &str = include_str!("../../cleanbill-js/tests/it/samples/shape/esbuild.js");
const TERSER: &str = include_str!("../../cleanbill-js/tests/it/samples/shape/terser.js");

/// Facts of two releases with nothing in common but their code, published half an hour or some weeks apart.
fn two(first: &str, second: &str, soon: bool) -> Vec<Facts> {
    let place = tempfile::tempdir().unwrap();
    let times = [
        "2026-06-17T01:00:00.000Z",
        if soon {
            "2026-06-17T01:30:00.000Z"
        } else {
            "2026-07-17T01:30:00.000Z"
        },
    ];
    for ((name, code), time) in [("one", first), ("two", second)].into_iter().zip(times) {
        let folder = place.path().join(name).join("1.0.1");
        std::fs::create_dir_all(&folder).unwrap();
        let code = code.replace("collector.example", &format!("{name}.example"));
        std::fs::write(folder.join("index.js"), code).unwrap();
        std::fs::write(
            folder.join("package.json"),
            format!(r#"{{"name":"{name}","version":"1.0.1","scripts":{{"postinstall":"node index.js"}}}}"#),
        )
        .unwrap();
        std::fs::write(
            place.path().join(name).join("packument.json"),
            format!(r#"{{"name":"{name}","time":{{"1.0.1":"{time}"}},"versions":{{"1.0.1":{{}}}}}}"#),
        )
        .unwrap();
    }
    samples(&[place.path().to_owned()], &Here)
        .into_iter()
        .map(|sample| sample.facts)
        .collect()
}

fn clusters(facts: &[Facts]) -> Vec<Cluster> {
    link(facts, &Background::of(facts))
}

fn without_trees(facts: &[Facts]) -> Vec<Facts> {
    facts
        .iter()
        .map(|facts| Facts {
            trees: Vec::new(),
            runs: Vec::new(),
            ..facts.clone()
        })
        .collect()
}

#[test]
fn renamed_and_minified_again_the_same_code_is_linked_by_its_tree_alone() {
    // One minifier renames and rewrites: the whole tree is there again, and it is the same payload by itself.
    let facts = two(PLAIN, ESBUILD, false);
    let found = clusters(&facts);
    assert_eq!(found.len(), 1, "{facts:?}");
    assert_eq!(found[0].level, Level::SamePayload);
    assert!(clusters(&without_trees(&facts)).is_empty());
    // Another also moves functions to where they are used: most of the tree is left, which wants a second kind.
    let facts = two(PLAIN, TERSER, true);
    let found = clusters(&facts);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].level, Level::SameCampaign);
    assert_eq!(found[0].kinds, [Kind::Code, Kind::Timing]);
    assert!(
        clusters(&without_trees(&facts)).is_empty(),
        "as text they share too little"
    );
    assert!(
        clusters(&two(PLAIN, TERSER, false)).is_empty(),
        "one kind alone links nothing"
    );
}

#[test]
fn code_of_honest_releases_links_nothing() {
    let mut facts = two(PLAIN, ESBUILD, false);
    let honest = two(PLAIN, TERSER, false);
    let library = Library::of(&honest);
    for facts in &mut facts {
        facts.without_library(&library);
    }
    assert!(clusters(&facts).is_empty(), "{facts:?}");
}

#[test]
fn the_measure_is_that_of_b_cubed() {
    let labels: HashMap<String, String> = [("a", "x"), ("b", "x"), ("c", "y")]
        .map(|(item, label)| (item.to_owned(), label.to_owned()))
        .into();
    let clusters = vec![vec!["a".to_owned(), "c".to_owned()]];
    let (precision, recall, _) = b_cubed(&labels, &clusters);
    assert!((precision - (0.5 + 1.0 + 0.5) / 3.0).abs() < 1e-9, "{precision}");
    assert!((recall - (0.5 + 0.5 + 1.0) / 3.0).abs() < 1e-9, "{recall}");
}
