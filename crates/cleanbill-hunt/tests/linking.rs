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
};

use cleanbill_hunt::samples::{b_cubed, labels, samples};
use cleanbill_intel::link::{Background, Facts, link};

fn replays() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/replays")
}

/// Clusters of the bad releases; everything else in the replays is honest background.
fn clusters() -> (HashMap<String, String>, Vec<Vec<String>>) {
    let labels = labels(&replays());
    let all: Vec<Facts> = samples(&[replays()])
        .into_iter()
        .map(|sample| sample.facts)
        .collect();
    let (mut bad, honest): (Vec<Facts>, Vec<Facts>) = all
        .into_iter()
        .partition(|facts| labels.contains_key(&facts.release));
    let library: HashSet<u64> = honest
        .iter()
        .flat_map(|facts| facts.code.iter().copied())
        .collect();
    for facts in &mut bad {
        facts.without_library(&library);
    }
    let background = Background::of(bad.iter().chain(&honest));
    let clusters = link(&bad, &background)
        .into_iter()
        .map(|cluster| cluster.releases)
        .collect();
    let present: HashSet<&str> = bad.iter().map(|facts| facts.release.as_str()).collect();
    (
        labels
            .into_iter()
            .filter(|(release, _)| present.contains(release.as_str()))
            .collect(),
        clusters,
    )
}

#[test]
fn releases_of_one_campaign_come_together_and_others_stay_apart() {
    let (labels, clusters) = clusters();
    let (precision, recall, f1) = b_cubed(&labels, &clusters);
    eprintln!(
        "{} releases, {} clusters: precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}",
        labels.len(),
        clusters.len()
    );
    for cluster in &clusters {
        let families: HashSet<&String> = cluster.iter().filter_map(|release| labels.get(release)).collect();
        if families.len() > 1 {
            eprintln!("mixed: {cluster:?} {families:?}");
        }
    }
    let place = |item: &str| {
        clusters
            .iter()
            .position(|cluster| cluster.iter().any(|release| release == item))
    };
    let mut by: HashMap<&String, Vec<&String>> = HashMap::new();
    for (item, label) in &labels {
        by.entry(label).or_default().push(item);
    }
    for (label, items) in by {
        let places: HashSet<String> = items
            .iter()
            .map(|item| place(item).map_or_else(|| (*item).clone(), |at| at.to_string()))
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
fn an_injected_child_and_its_parents_come_together() {
    let (_, clusters) = clusters();
    let together = |a: &str, b: &str| {
        clusters
            .iter()
            .any(|cluster| cluster.iter().any(|r| r == a) && cluster.iter().any(|r| r == b))
    };
    assert!(together("axios@1.14.1", "plain-crypto-js@4.2.1"));
    assert!(together("@mastra/core@1.42.1", "easy-day-js@1.11.22"));
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
