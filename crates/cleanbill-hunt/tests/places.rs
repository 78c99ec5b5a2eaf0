//! Places of a machine: lockfiles, unpacked trees, stores and caches, logs, bills of materials, images.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail, and write files"
)]
mod common;

use cleanbill_hunt::{Source, answers, would::Span};
use cleanbill_intel::{Reach, Standing};
use common::{BAD_SRI, Place, lockfile, watch};

fn one(place: &Place) -> (Reach, Source, Option<(String, String)>) {
    let hunted = place.hunt();
    let [sighting] = hunted.sightings.as_slice() else {
        panic!("{:?} {:?}", hunted.sightings, hunted.unseen)
    };
    (sighting.reach, sighting.source, sighting.release.clone())
}

fn left() -> Option<(String, String)> {
    Some(("left".into(), "1.0.1".into()))
}

#[test]
fn a_lockfile_of_today_is_told_with_its_line() {
    let place = Place::new();
    place.write(
        "app/package-lock.json",
        lockfile(&[("a", "1.0.1"), ("left", "1.0.1")]),
    );
    let hunted = place.hunt();
    assert_eq!(hunted.sightings[0].place, "app/package-lock.json");
    assert!(hunted.sightings[0].line.unwrap() > 5);
    assert_eq!(one(&place), (Reach::Pinned, Source::Lockfile, left()));
}

#[test]
fn a_good_version_and_another_package_of_the_bad_version_are_no_exposure() {
    let place = Place::new();
    place.write(
        "package-lock.json",
        lockfile(&[("a", "1.0.1"), ("left", "1.0.0")]),
    );
    let hunted = place.hunt();
    let watch = watch();
    assert!(
        answers(&watch, &hunted)
            .iter()
            .all(|answer| answer.standing == Standing::NotExposed)
    );
}

#[test]
fn a_package_that_is_bad_in_every_version_is_found_in_any() {
    let place = Place::new();
    place.write("package-lock.json", lockfile(&[("lefty", "77.0.0")]));
    assert_eq!(one(&place).2, Some(("lefty".into(), "77.0.0".into())));
}

#[test]
fn a_bad_tarball_under_another_name_is_found_by_its_digest() {
    let place = Place::new();
    let text = format!(
        r#"{{"lockfileVersion":3,"packages":{{"node_modules/anything":{{"version":"9.9.9","integrity":"{BAD_SRI}"}}}}}}"#
    );
    place.write("package-lock.json", text);
    assert_eq!(one(&place).2, Some(("anything".into(), "9.9.9".into())));
}

#[test]
fn words_hidden_behind_escapes_are_read() {
    let place = Place::new();
    place.write(
        "package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/l\u0065ft":{"version":"1.0.\u0031"}}}"#,
    );
    assert_eq!(one(&place).2, left());
}

#[test]
fn unpacked_trees_are_read_whatever_the_folder_is_called() {
    let place = Place::new();
    place.write(
        "node_modules/alias/package.json",
        r#"{"name":"left","version":"1.0.1"}"#,
    );
    place.write(
        "node_modules/other/test/package.json",
        r#"{"name":"left","version":"1.0.1"}"#,
    );
    assert_eq!(one(&place), (Reach::Installed, Source::Installed, left()));
    let place = Place::new();
    place.write("node_modules/.package-lock.json", lockfile(&[("left", "1.0.1")]));
    assert_eq!(one(&place).0, Reach::Installed);
    let place = Place::new();
    place.write("node_modules/.pnpm/@scope+left@3.0.0_a@1.0.0/x", "");
    assert_eq!(one(&place).2, Some(("@scope/left".into(), "3.0.0".into())));
    let place = Place::new();
    place.write(
        "node_modules/.yarn-state.yml",
        "__metadata:\n  version: 1\n\n\"left@npm:1.0.1\":\n  locations:\n    - \"node_modules/left\"\n",
    );
    assert_eq!(one(&place).2, left());
}

#[test]
fn caches_and_stores_tell_what_was_fetched() {
    let place = Place::new();
    let entry = r#"{"key":"make-fetch-happen:request-cache:https://registry.example/left/-/left-1.0.1.tgz","integrity":null,"time":1781658000000,"size":1}"#;
    place.write(
        ".npm/_cacache/index-v5/ab/cd/ef01",
        format!("\n0123\t{entry}\ncut\t{{\"key\":"),
    );
    let hunted = place.hunt();
    assert_eq!(
        hunted.sightings[0].at.unwrap().to_string(),
        "2026-06-17T01:00:00Z"
    );
    assert_eq!(one(&place), (Reach::Fetched, Source::Cache, left()));
    let place = Place::new();
    let entry = format!(
        r#"{{"key":"make-fetch-happen:request-cache:https://mirror.example/x","integrity":"{BAD_SRI}","time":1781658000000}}"#
    );
    place.write(".npm/_cacache/index-v5/ab/cd/ef01", format!("0123\t{entry}"));
    assert_eq!(one(&place).2, None, "known by content alone");
    for path in [
        "store/v3/files/ab/cd-index.json",
        "store/v10/index/ab/cd-left@1.0.1.json",
        ".yarn/cache/left-npm-1.0.1-0123456789-10c0.zip",
        ".bun/install/cache/left@1.0.1@@@1/x",
    ] {
        let place = Place::new();
        let text = if path.contains("v3") {
            r#"{"name":"left","version":"1.0.1","files":{}}"#
        } else {
            "{}"
        };
        place.write(path, text);
        assert_eq!((one(&place).0, one(&place).2), (Reach::Fetched, left()), "{path}");
    }
}

#[test]
fn the_database_of_a_newer_pnpm_store_is_read_and_left_as_it_is() {
    let place = Place::new();
    // Keys far apart, one across the edge of what is read at a time, and one known by its digest alone.
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.resize(1024 * 1024 - 20, 0);
    bytes.extend(b"\x81\x0asha512-AAAA\tleft@1.0.1\xd4r@\x91");
    bytes.resize(3 * 1024 * 1024, 0);
    bytes.extend(b"sha512-BBBB\tleft@1.0.0\xd4sha512-CCCC\t@scope/left@3.0.0(react@18.0.0)\xd4");
    bytes.extend(format!("{BAD_SRI}\tright@1.0.0").as_bytes());
    let file = place.write("store/v11/index.db", &bytes);
    let hunted = place.hunt();
    let mut found: Vec<String> = hunted
        .sightings
        .iter()
        .map(|seen| {
            seen.release
                .as_ref()
                .map_or_else(|| seen.note.clone(), |(name, _)| name.clone())
        })
        .collect();
    found.sort();
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[..2], ["@scope/left", "left"]);
    assert!(found[2].contains("digest"), "{found:?}");
    assert_eq!(hunted.looked.cached, 4);
    assert!(hunted.sightings.iter().all(|seen| seen.reach == Reach::Fetched));
    assert_eq!(std::fs::read(file).unwrap(), bytes);
}

#[test]
fn logs_tell_fetched_from_spoken_of() {
    let place = Place::new();
    place.write(
        ".npm/_logs/2026-06-17T01_20_00_000Z-debug-0.log",
        "2026-06-17T01:20:00.000Z 7 http fetch GET 200 https://registry.example/left/-/left-1.0.1.tgz 12ms\n",
    );
    let hunted = place.hunt();
    assert_eq!(hunted.sightings[0].line, Some(1));
    assert_eq!(
        hunted.sightings[0].at.unwrap().to_string(),
        "2026-06-17T01:20:00Z"
    );
    assert_eq!(one(&place), (Reach::Fetched, Source::Log, left()));
    for (text, hits) in [
        ("warning: left@1.0.1 is bad, do not use it\n", 1),
        (
            "upper-left@1.0.1 @other/left@1.0.1 left@1.0.10 left@1.0.1-rc\n",
            0,
        ),
        ("│ ├─ @scope/left@3.0.0\n", 1),
    ] {
        let place = Place::new();
        let file = place.write("ci.txt", text);
        let hunted = place.hunt_in(&[file]);
        assert_eq!(hunted.sightings.len(), hits, "{text}");
        assert!(
            hunted
                .sightings
                .iter()
                .all(|sighting| sighting.reach == Reach::Named)
        );
    }
}

#[test]
fn bills_of_materials_of_both_kinds_are_read() {
    let place = Place::new();
    place.write("bom.json", r#"{"bomFormat":"CycloneDX","metadata":{"timestamp":"2026-06-18T00:00:00Z"},"components":[{"purl":"pkg:npm/a@1.0.0","components":[{"purl":"pkg:npm/left@1.0.1"}]}]}"#);
    assert_eq!(one(&place), (Reach::Listed, Source::Sbom, left()));
    let place = Place::new();
    place.write("x.spdx.json", r#"{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/%40scope/left@3.0.0"}]}]}"#);
    assert_eq!(one(&place).2, Some(("@scope/left".into(), "3.0.0".into())));
}

#[test]
fn an_image_is_looked_through_layer_by_layer() {
    let mut layer = tar::Builder::new(Vec::new());
    append(
        &mut layer,
        "app/node_modules/left/package.json",
        br#"{"name":"left","version":"1.0.1"}"#,
    );
    append(
        &mut layer,
        "app/package-lock.json",
        lockfile(&[("left", "1.0.1")]).as_bytes(),
    );
    let layer = layer.into_inner().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &layer).unwrap();
    let mut image = tar::Builder::new(Vec::new());
    append(&mut image, "blobs/sha256/aa", &packed.finish().unwrap());
    append(&mut image, "blobs/sha256/bb", b"{\"not\":\"a layer\"}");
    append(&mut image, "0/layer.tar", &layer);
    let place = Place::new();
    let file = place.write("image.tar", image.into_inner().unwrap());
    let hunted = place.hunt_in(&[file]);
    assert_eq!(hunted.sightings.len(), 4, "{:?}", hunted.sightings);
    assert!(
        hunted
            .sightings
            .iter()
            .any(|sighting| sighting.place == "image.tar:blobs/sha256/aa:app/node_modules/left/package.json")
    );
    assert!(hunted.unseen.is_empty(), "{:?}", hunted.unseen);
}

fn append(builder: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append_data(&mut header, path, bytes).unwrap();
}

#[test]
fn a_trace_of_the_campaign_is_found_by_its_whole_path() {
    let place = Place::new();
    place.write("Library/Caches/com.left.agent", "x");
    place.write("elsewhere/com.left.agent", "x");
    assert_eq!(one(&place), (Reach::Ran, Source::Trace, None));
}

#[test]
fn nothing_to_look_at_is_not_known() {
    let place = Place::new();
    let hunted = place.hunt();
    let watch = watch();
    assert!(
        answers(&watch, &hunted)
            .iter()
            .all(|answer| answer.standing == Standing::NotKnown)
    );
}

#[cfg(unix)]
#[test]
fn loops_of_links_end_and_are_no_fault() {
    let place = Place::new();
    place.write("app/package-lock.json", lockfile(&[("left", "1.0.1")]));
    std::os::unix::fs::symlink(place.path(), place.path().join("app/loop")).unwrap();
    assert_eq!(one(&place).0, Reach::Pinned);
}

#[test]
fn the_steps_name_the_last_good_version_and_warn_before_revoking() {
    let place = Place::new();
    place.write("package-lock.json", lockfile(&[("left", "1.0.1")]));
    let hunted = place.hunt();
    let watch = watch();
    let answers = answers(&watch, &hunted);
    let text: Vec<&str> = answers[0].steps.iter().map(|step| step.text.as_str()).collect();
    assert!(
        text.iter().any(|text| text.contains("`left` to 1.0.0")),
        "{text:?}"
    );
    assert!(
        text.iter().any(|text| text.starts_with("Only now revoke")),
        "{text:?}"
    );
    assert!(answers[1].steps.is_empty());
}

/// A clean, pinned package that asks for a range: what an unlocked install would have taken.
fn pulled(span: Span) -> usize {
    let place = Place::new();
    place.write(
        "package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"up":"1.0.0"}},
            "node_modules/up":{"version":"1.0.0","dependencies":{"left":"^1.0.0"}},
            "node_modules/left":{"version":"1.0.0"}}}"#,
    );
    place.write(
        "package.json",
        r#"{"name":"app","dependencies":{"up":"1.0.0","@scope/left":"2.x"}}"#,
    );
    let hunted = place.hunt_would(&[place.path().to_owned()], Some(span));
    assert!(
        hunted
            .sightings
            .iter()
            .all(|sighting| sighting.reach == Reach::WouldResolve),
        "{:?}",
        hunted.sightings
    );
    hunted.sightings.len()
}

#[test]
fn a_clean_pin_whose_range_a_bad_version_answers_is_possible_and_only_in_the_window() {
    let at = |text: &str| Some(cleanbill_model::Timestamp::parse(text).unwrap());
    assert_eq!(pulled(Span::default()), 1);
    assert_eq!(
        pulled(Span {
            from: at("2026-06-17T00:00:00Z"),
            until: at("2026-06-18T00:00:00Z")
        }),
        1
    );
    assert_eq!(
        pulled(Span {
            from: None,
            until: at("2026-06-16T00:00:00Z")
        }),
        0
    );
}
