//! Places beyond lockfiles and trees: a gate's log, contents of caches, layouts of images, catalogs and overrides.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail, and write files"
)]
mod common;

use std::collections::HashSet;

use cleanbill_hunt::{
    Hunted, Source,
    exchange::{import::import, stix},
    gate_log::Told,
    would::Span,
};
use cleanbill_intel::Reach;
use cleanbill_model::Timestamp;
use common::{BAD_HEX, Place, campaign, lockfile, watch};

const LOG: &str = concat!(
    r#"{"number":1,"hash":"00","entry":{"at":"2026-06-17T02:00:00Z","kind":"gate","who":"the gate","text":"started"}}"#,
    "\n",
    r#"{"number":2,"hash":"00","entry":{"at":"2026-06-17T02:01:00Z","kind":"served","who":"192.0.2.7, token ci","name":"left","version":"1.0.1"}}"#,
    "\n",
    r#"{"number":3,"hash":"00","entry":{"at":"2026-06-17T02:02:00Z","kind":"served","who":"192.0.2.7, token ci","name":"left","version":"1.0.1"}}"#,
    "\n",
    r#"{"number":4,"hash":"00","entry":{"at":"2026-06-17T02:03:00Z","kind":"served","who":"192.0.2.8","name":"left","version":"1.0.0"}}"#,
    "\n",
    r#"{"number":5,"hash":"00","entry":{"at":"2026-06-17T02:04:00Z","kind":"refused","who":"192.0.2.9","name":"@scope/left","version":"3.0.0"}}"#,
    "\n",
);

fn told(hunted: &Hunted) -> Vec<(Reach, String, String)> {
    hunted
        .sightings
        .iter()
        .map(|seen| {
            (
                seen.reach,
                seen.note.clone(),
                seen.at.map(|at| at.to_string()).unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn a_gates_log_tells_which_machine_was_handed_what_and_when() {
    let place = Place::new();
    let file = place.write("gate.jsonl", LOG);
    let hunted = place.hunt_in(&[file]);
    let expected = [
        (
            Reach::Fetched,
            "the gate handed it to 192.0.2.7, token ci".to_owned(),
            "2026-06-17T02:01:00Z".to_owned(),
        ),
        (
            Reach::Named,
            "the gate refused it to 192.0.2.9".to_owned(),
            "2026-06-17T02:04:00Z".to_owned(),
        ),
    ];
    assert_eq!(told(&hunted), expected);
    assert_eq!((hunted.looked.gate_entries, hunted.looked.logs), (5, 0));
    assert!(hunted.sightings.iter().all(|seen| seen.source == Source::Gate));
}

#[test]
fn a_gates_store_read_piece_by_piece_tells_the_same() {
    let watch = watch();
    let entries: Vec<String> = LOG
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["entry"].to_string())
        .collect();
    let (mut hunted, mut known) = (Hunted::default(), Told::default());
    for piece in entries.chunks(2) {
        hunted.add_gate_log(&watch, piece.iter().map(String::as_str), "the gate", &mut known);
    }
    assert_eq!(hunted.looked.gate_entries, 5);
    assert_eq!(told(&hunted).len(), 2);
    assert!(hunted.looked.at_anything());
}

#[test]
fn content_of_npms_cache_is_found_by_its_place_when_the_index_is_gone() {
    let place = Place::new();
    let (first, second, rest) = (&BAD_HEX[..2], &BAD_HEX[2..4], &BAD_HEX[4..]);
    place.write(
        &format!(".npm/_cacache/content-v2/sha1/{first}/{second}/{rest}"),
        "",
    );
    let hunted = place.hunt();
    assert_eq!(hunted.sightings.len(), 1);
    assert_eq!(
        (hunted.sightings[0].reach, hunted.sightings[0].source),
        (Reach::Fetched, Source::Cache)
    );
}

#[test]
fn a_layout_of_an_image_is_looked_through_as_a_folder() {
    let place = Place::new();
    let mut builder = tar::Builder::new(Vec::new());
    let bad = lockfile(&[("left", "1.0.1")]);
    let mut header = tar::Header::new_ustar();
    header.set_size(bad.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder
        .append_data(&mut header, "srv/app/package-lock.json", bad.as_bytes())
        .unwrap();
    let layer = builder.into_inner().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &layer).unwrap();
    place.write(
        &format!("image/blobs/sha256/{}", "ab".repeat(32)),
        packed.finish().unwrap(),
    );
    place.write(
        &format!("image/blobs/sha256/{}", "cd".repeat(32)),
        "{\"schemaVersion\": 2}",
    );
    let hunted = place.hunt();
    assert_eq!(
        (hunted.sightings.len(), hunted.unseen.len()),
        (1, 0),
        "{hunted:?}"
    );
    assert!(hunted.sightings[0].place.ends_with("srv/app/package-lock.json"));
}

/// A layer with one lockfile that pins a bad release.
fn layer() -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let bad = lockfile(&[("left", "1.0.1")]);
    let mut header = tar::Header::new_ustar();
    header.set_size(bad.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder
        .append_data(&mut header, "srv/app/package-lock.json", bad.as_bytes())
        .unwrap();
    builder.into_inner().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn layers_are_read_in_every_packing_and_place_that_tools_write() {
    let (half, rest) = (layer().len() / 2, layer());
    // As `zstd:chunked` does: frames one after another, and one that is passed over at the end.
    let mut chunked = zstd(&rest[..half]);
    chunked.extend(zstd(&rest[half..]));
    chunked.extend([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    let places = [
        (format!("oci/blobs/sha256/{}", "ab".repeat(32)), zstd(&layer())),
        (format!("oci/blobs/sha256/{}", "ab".repeat(32)), chunked),
        (format!("oci/blobs/sha512/{}", "ab".repeat(64)), layer()),
        (format!("saved/{}/layer.tar", "ab".repeat(32)), layer()),
    ];
    for (path, bytes) in places {
        let place = Place::new();
        place.write(&path, bytes);
        let hunted = place.hunt();
        assert_eq!(
            (hunted.sightings.len(), hunted.unseen.len()),
            (1, 0),
            "{path}: {hunted:?}"
        );
    }
    // A whole image in one file: a layout inside a tar, packed again.
    let mut image = tar::Builder::new(Vec::new());
    for (path, bytes) in [
        ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
        ("blobs/sha256/aa", zstd(&layer())),
        ("blobs/sha256/bb", br#"{"schemaVersion":2}"#.to_vec()),
        ("blobs/sha256/cc", b"\x93neither".to_vec()),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        image.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    let place = Place::new();
    let file = place.write("image.tar.zst", zstd(&image.into_inner().unwrap()));
    let hunted = place.hunt_in(&[file]);
    assert_eq!(hunted.sightings.len(), 1, "{hunted:?}");
    assert_eq!(
        hunted.unseen.len(),
        1,
        "an encrypted layer is named: {:?}",
        hunted.unseen
    );
    assert!(hunted.unseen[0].place.ends_with("blobs/sha256/cc"));
}

#[test]
fn folders_of_a_build_systems_logs_are_read_whatever_they_are_called() {
    let place = Place::new();
    let github = "2026-06-17T01:20:14.1234567Z ##[group]Run npm install\n2026-06-17T01:20:31.4440000Z npm http fetch GET 200 https://registry.example/left/-/left-1.0.1.tgz 31ms (cache miss)\n";
    place.write("logs/build (20.x)/4_Install.txt", github);
    let gitlab = "\u{1b}[0KRunning with gitlab-runner 18.0.0\n\u{1b}[32;1m$ pnpm install\u{1b}[0;m\nPackages: +2\n+ @scope/left@3.0.0\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, gitlab.as_bytes()).unwrap();
    place.write("logs/job/trace.gz", packed.finish().unwrap());
    let jenkins = "[Pipeline] sh\n+ yarn install\nYN0013: left@npm:1.0.1 can't be found in the cache and will be fetched from the remote registry\n";
    place.write("logs/17/log", zstd(jenkins.as_bytes()));
    place.write("logs/all.zip", b"PK\x03\x04rest");
    let hunted = place.hunt_logs(&[place.path().join("logs")]);
    let mut found: Vec<(&str, Reach)> = hunted
        .sightings
        .iter()
        .map(|seen| (seen.place.as_str(), seen.reach))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            ("logs/17/log", Reach::Fetched),
            ("logs/build (20.x)/4_Install.txt", Reach::Fetched),
            ("logs/job/trace.gz", Reach::Fetched),
        ]
    );
    assert_eq!(hunted.looked.logs, 3);
    let unseen: Vec<&str> = hunted.unseen.iter().map(|unseen| unseen.place.as_str()).collect();
    assert_eq!(unseen, ["logs/all.zip"]);
    // The same folder as a plain root: its files are no logs by name, and nothing is made of them.
    assert!(place.hunt().sightings.is_empty());
}

#[test]
fn bills_of_materials_in_xml_and_tag_value_are_read() {
    let place = Place::new();
    place.write(
        "a/bom.xml",
        "<bom><component><purl>pkg:npm/left@1.0.1</purl></component></bom>",
    );
    place.write(
        "b/app.spdx",
        "ExternalRef: PACKAGE-MANAGER purl pkg:npm/%40scope/left@3.0.0\n",
    );
    place.write("c/app.spdx.yaml", "  referenceLocator: \"pkg:npm/left@1.0.0\"\n");
    let hunted = place.hunt();
    assert_eq!(hunted.looked.sboms, 3);
    let mut found: Vec<String> = hunted
        .sightings
        .iter()
        .map(|seen| seen.release.clone().unwrap().0)
        .collect();
    found.sort();
    assert_eq!(found, ["@scope/left", "left"]);
}

#[test]
fn bills_as_tools_write_them_are_read() {
    let bills = [
        (
            "a/app.spdx.json",
            r#"{"@context":"https://spdx.example/rdf/3.0.1/spdx-context.jsonld","@graph":[
                {"type":"CreationInfo","@id":"_:creation","specVersion":"3.0.1","created":"2026-06-18T00:00:00Z"},
                {"type":"software_Package","spdxId":"urn:a","name":"left","software_packageVersion":"1.0.1","software_packageUrl":"pkg:npm/left@1.0.1"},
                {"type":"software_Package","spdxId":"urn:b","name":"right","externalIdentifier":[{"externalIdentifierType":"packageUrl","identifier":"pkg:npm/%40scope/left@3.0.0"}]}]}"#,
            2,
        ),
        (
            "b/forge.spdx.json",
            r#"{"sbom":{"spdxVersion":"SPDX-2.3","creationInfo":{"created":"2026-06-18T00:00:00Z","creators":["Tool: forge"]},
                "packages":[{"name":"npm:left","versionInfo":"1.0.1","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/left@1.0.1"}]}]}}"#,
            1,
        ),
        (
            "c/bom.json",
            r#"{"$schema":"http://cyclonedx.example/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-06-18T00:00:00Z",
                "component":{"bom-ref":"app@1.0.0","type":"application","name":"app"}},
                "components":[{"bom-ref":"left@1.0.1|node_modules/left","type":"library","name":"left","version":"1.0.1","purl":"pkg:npm/left@1.0.1?vcs_url=git%2Bhttps%3A%2F%2Fforge.example%2Fleft.git"}]}"#,
            1,
        ),
    ];
    for (path, text, hits) in bills {
        let place = Place::new();
        place.write(path, text);
        let hunted = place.hunt();
        assert_eq!(
            (hunted.sightings.len(), hunted.unseen.len()),
            (hits, 0),
            "{path}: {hunted:?}"
        );
        assert!(
            hunted
                .sightings
                .iter()
                .all(|seen| seen.reach == Reach::Listed && seen.at.is_some())
        );
    }
}

#[test]
fn logs_of_package_managers_are_found_where_they_are_left() {
    let place = Place::new();
    place.write(
        "app/npm-debug.log",
        "12 http fetch GET 200 https://registry.example/left/-/left-1.0.1.tgz 90ms\n",
    );
    assert_eq!(place.hunt().sightings.len(), 1);
}

fn would(files: &[(&str, &str)]) -> Vec<String> {
    let place = Place::new();
    for (path, text) in files {
        place.write(path, text);
    }
    let hunted = place.hunt_would(&[place.path().to_owned()], Some(Span::default()));
    hunted.sightings.into_iter().map(|seen| seen.note).collect()
}

#[test]
fn catalogs_overrides_and_packages_bad_in_every_version_are_asked_for() {
    let catalog = would(&[
        ("package.json", r#"{"dependencies":{"left":"catalog:"}}"#),
        (
            "pnpm-workspace.yaml",
            "packages:\n  - '*'\ncatalog:\n  left: ^1.0.0 # why not\n  'right': 1.x\nother:\n  left: ^1.0.0\n",
        ),
    ]);
    assert_eq!(catalog.len(), 1, "{catalog:?}");
    assert!(
        catalog[0].starts_with("a catalog of the workspace asks for `left` ^1.0.0"),
        "{catalog:?}"
    );
    for overrides in [
        r#"{"overrides":{"up":{"left":"^1.0.0"}}}"#,
        r#"{"overrides":{"left":{".":"1.0.1","deep":"1.0.0"}}}"#,
        r#"{"resolutions":{"**/left":"1.0.1"}}"#,
        r#"{"pnpm":{"overrides":{"up>@scope/left@3":"3.0.0"}}}"#,
    ] {
        let told = would(&[("package.json", overrides)]);
        assert_eq!(told.len(), 1, "{overrides}: {told:?}");
        assert!(
            told[0].starts_with("an override of the project asks for"),
            "{told:?}"
        );
    }
    let whole = would(&[(
        "package.json",
        r#"{"dependencies":{"lefty":"^9.0.0","left":"file:./left"}}"#,
    )]);
    assert_eq!(whole.len(), 1, "{whole:?}");
    assert!(whole[0].contains("every version of it is bad"), "{whole:?}");
    assert!(would(&[("package.json", r#"{"dependencies":{"lefty":"file:./lefty"}}"#)]).is_empty());
}

#[test]
fn a_campaign_leaves_as_stix_and_comes_back() {
    let made = Timestamp::parse("2026-07-01T00:00:00Z").unwrap();
    let out = stix::bundle(&[&campaign()], made).to_string();
    let back = import("back-2026", &out).unwrap();
    let releases = |campaign: &cleanbill_feeds::campaign::Campaign| {
        let mut all: Vec<(String, Vec<String>, bool)> = campaign
            .packages
            .iter()
            .map(|package| (package.name.clone(), package.versions.clone(), package.whole))
            .collect();
        all.sort();
        all
    };
    assert_eq!(releases(&back), releases(&campaign()));
    let values: HashSet<&str> = back
        .indicators
        .iter()
        .map(|indicator| indicator.value.as_str())
        .collect();
    assert!(
        values.contains("files[.]left[.]example") && values.contains(BAD_HEX),
        "{values:?}"
    );
    assert_eq!(back.name, "left");
}
