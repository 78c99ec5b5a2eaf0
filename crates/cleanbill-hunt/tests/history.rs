//! Histories: pins that lived on side branches, windows, shallow clones, broken repositories.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail, and write files"
)]
mod common;

use cleanbill_hunt::{Source, answers};
use cleanbill_intel::{Reach, Standing};
use common::{Place, watch};

/// A bad pin for two commits on a side branch that was merged after it was mended.
fn side_branch() -> Place {
    let place = Place::new();
    place.git(&["init", "-q", "-b", "main"]);
    place.commit_lockfile("2026-06-16T10:00:00Z", "app/package-lock.json", "1.0.0");
    place.git(&["checkout", "-q", "-b", "side"]);
    place.commit_lockfile("2026-06-17T02:00:00Z", "app/package-lock.json", "1.0.1");
    place.write("readme", "x");
    place.git_at("2026-06-17T03:00:00Z", &["add", "-A"]);
    place.git_at("2026-06-17T03:00:00Z", &["commit", "-q", "-m", "words"]);
    place.commit_lockfile("2026-06-17T04:00:00Z", "app/package-lock.json", "1.0.2");
    place.git(&["checkout", "-q", "main"]);
    place
}

#[test]
fn a_bad_pin_of_two_commits_on_a_side_branch_is_found_with_its_window() {
    let hunted = side_branch().hunt();
    let watch = watch();
    let answers = answers(&watch, &hunted);
    assert_eq!(answers[0].standing, Standing::Exposed);
    assert_eq!(answers[1].standing, Standing::NotExposed);
    let [sighting] = answers[0].sightings.as_slice() else {
        panic!("{:?}", answers[0].sightings)
    };
    assert_eq!(
        (sighting.reach, sighting.source),
        (Reach::PinnedBefore, Source::History)
    );
    assert_eq!(sighting.release, Some(("left".into(), "1.0.1".into())));
    let window = sighting.window.as_ref().unwrap();
    assert_eq!(window.commits, 2);
    assert_eq!(window.from.unwrap().to_string(), "2026-06-17T02:00:00Z");
    assert_eq!(window.until.unwrap().to_string(), "2026-06-17T04:00:00Z");
    assert_eq!(window.introduced.len(), 1);
    assert_eq!(window.introduced[0].summary, "left 1.0.1");
    assert_eq!(window.removed[0].summary, "left 1.0.2");
    assert_eq!(window.branches, ["side"]);
    assert!(window.still_on.is_empty());
}

#[test]
fn a_pin_that_a_branch_still_holds_is_told_as_such() {
    let place = side_branch();
    place.git(&["branch", "old", "side~1"]);
    let hunted = place.hunt();
    let sighting = hunted
        .sightings
        .iter()
        .find(|sighting| sighting.window.is_some())
        .unwrap();
    let window = sighting.window.as_ref().unwrap();
    assert_eq!(sighting.reach, Reach::Pinned);
    assert_eq!(
        (window.still_on.as_slice(), window.until),
        (["old".to_owned()].as_slice(), None)
    );
    assert_eq!(window.branches, ["old", "side"]);
}

#[test]
fn packed_histories_and_second_work_trees_are_read_once() {
    let place = side_branch();
    place.git(&["gc", "-q"]);
    place.git(&["worktree", "add", "-q", "second", "side"]);
    let hunted = place.hunt();
    assert_eq!(hunted.looked.repositories, 1);
    assert_eq!(hunted.looked.history_lockfiles, 3);
    assert_eq!(
        hunted
            .sightings
            .iter()
            .filter(|sighting| sighting.source == Source::History)
            .count(),
        1
    );
}

#[test]
fn a_shallow_clone_leaves_earlier_campaigns_unknown_and_later_ones_not() {
    let place = side_branch();
    let clone = Place::new();
    let from = format!("file://{}", place.path().display());
    clone.git(&["clone", "-q", "--depth", "1", "--branch", "side", &from, "inner"]);
    let hunted = clone.hunt();
    let watch = watch();
    let told = answers(&watch, &hunted);
    assert_eq!(
        told[1].standing,
        Standing::NotKnown,
        "the campaign began before the clone's edge"
    );
    assert!(told[1].reason.as_ref().unwrap().contains("shallow"));
    // The same clone with an edge from before the campaign.
    let clone = Place::new();
    clone.git(&["clone", "-q", "--depth", "1", "--branch", "main", &from, "inner"]);
    let hunted = clone.hunt();
    assert_eq!(answers(&watch, &hunted)[1].standing, Standing::NotExposed);
}

#[test]
fn a_lockfile_with_a_merge_conflict_is_possible_and_only_where_the_name_is_in_it() {
    let place = Place::new();
    place.git(&["init", "-q", "-b", "main"]);
    place.write("package-lock.json", "<<<<<<< ours\n\"left\": \"1.0.1\"\n");
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "conflict"]);
    let hunted = place.hunt();
    let watch = watch();
    let answers = answers(&watch, &hunted);
    assert_eq!(
        (answers[0].standing, answers[1].standing),
        (Standing::PossiblyExposed, Standing::NotExposed)
    );
}

#[test]
fn a_broken_repository_is_named_and_the_hunt_goes_on() {
    let place = Place::new();
    place.write("good/package-lock.json", common::lockfile(&[("left", "1.0.1")]));
    place.write("bad/.git/HEAD", "ref: refs/heads/main\n");
    let broken = side_branch();
    // Every object cut to nothing.
    for entry in std::fs::read_dir(broken.path().join(".git/objects")).unwrap() {
        let folder = entry.unwrap().path();
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            std::fs::remove_file(&file).unwrap();
            std::fs::write(&file, b"x").unwrap();
        }
    }
    let hunted = place.hunt_in(&[place.path().to_owned(), broken.path().to_owned()]);
    assert!(
        hunted.unseen.iter().any(|unseen| unseen.place == "bad"),
        "{:?}",
        hunted.unseen
    );
    assert!(hunted.unseen.len() >= 2, "{:?}", hunted.unseen);
    assert!(
        hunted
            .sightings
            .iter()
            .any(|sighting| sighting.source == Source::Lockfile)
    );
}
