//! Hunts over what was made to hurt: each is counted or named, the hunt goes on, and nothing there is changed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests may fail, and write files"
)]
mod common;

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use cleanbill_hunt::{Hunted, answers};
use cleanbill_intel::{Reach, Standing};
use common::{BAD_SRI, Place, lockfile, watch};

/// Every file with its bytes: what must be the same afterwards.
fn everything(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

/// Hunts, and holds that nothing was changed by it.
fn hunt(place: &Place) -> Hunted {
    let before = everything(place.path());
    let hunted = place.hunt();
    assert!(everything(place.path()) == before, "the hunt changed something");
    hunted
}

fn reaches(hunted: &Hunted) -> Vec<Reach> {
    hunted.sightings.iter().map(|sighting| sighting.reach).collect()
}

/// A bad pin elsewhere, which must be found whatever lies beside it.
fn beside() -> Place {
    let place = Place::new();
    place.write("good/package-lock.json", lockfile(&[("left", "1.0.1")]));
    place
}

#[test]
fn a_repository_with_damaged_objects_is_named_and_its_neighbour_found() {
    let place = beside();
    let broken = Place::new();
    broken.git(&["init", "-q", "-b", "main"]);
    broken.commit_lockfile("2026-06-17T02:00:00Z", "package-lock.json", "1.0.0");
    broken.commit_lockfile("2026-06-17T03:00:00Z", "package-lock.json", "1.0.1");
    broken.git(&["gc", "-q"]);
    let packs: Vec<PathBuf> = everything(&broken.path().join(".git/objects/pack"))
        .into_keys()
        .filter(|path| path.extension().is_some_and(|end| end == "pack"))
        .collect();
    let mut bytes = std::fs::read(&packs[0]).unwrap();
    let end = bytes.len() - 20;
    for byte in &mut bytes[12..end] {
        *byte = !*byte;
    }
    let target = place.path().join("broken");
    let mut copy = std::process::Command::new("cp");
    assert!(
        copy.arg("-r")
            .arg(broken.path())
            .arg(&target)
            .status()
            .unwrap()
            .success()
    );
    let damaged = target.join(packs[0].strip_prefix(broken.path()).unwrap());
    std::fs::remove_file(&damaged).unwrap();
    std::fs::write(&damaged, bytes).unwrap();
    let hunted = hunt(&place);
    assert!(reaches(&hunted).contains(&Reach::Pinned));
    assert!(
        hunted.unseen.iter().any(|unseen| unseen.place.contains("broken")),
        "{:?}",
        hunted.unseen
    );
}

#[test]
fn a_repository_inside_another_is_read_as_well_and_once() {
    let inner = Place::new();
    inner.git(&["init", "-q", "-b", "main"]);
    inner.commit_lockfile("2026-06-17T02:00:00Z", "package-lock.json", "1.0.1");
    inner.commit_lockfile("2026-06-17T03:00:00Z", "package-lock.json", "1.0.0");
    let outer = Place::new();
    outer.git(&["init", "-q", "-b", "main"]);
    let from = inner.path().to_str().unwrap();
    outer.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        from,
        "vendor/inner",
    ]);
    outer.git_at("2026-06-18T00:00:00Z", &["commit", "-q", "-m", "a submodule"]);
    let hunted = hunt(&outer);
    assert_eq!(hunted.looked.repositories, 2);
    assert_eq!(reaches(&hunted), [Reach::PinnedBefore], "{:?}", hunted.sightings);
    assert_eq!(hunted.sightings[0].place, "vendor/inner:package-lock.json");
}

#[test]
fn a_submodule_that_was_never_fetched_is_named() {
    let place = beside();
    place.write("vendor/inner/.git", "gitdir: ../../.git/modules/nowhere\n");
    let hunted = hunt(&place);
    assert_eq!(reaches(&hunted), [Reach::Pinned]);
    assert!(
        hunted
            .unseen
            .iter()
            .any(|unseen| unseen.place.contains("vendor/inner")),
        "{:?}",
        hunted.unseen
    );
}

#[cfg(unix)]
#[test]
fn links_that_loop_or_lead_nowhere_and_pipes_hold_nobody() {
    let place = beside();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, place.path().join(at)).unwrap();
    std::fs::create_dir_all(place.path().join("odd/node_modules/left")).unwrap();
    link("..", "odd/up");
    link("self", "odd/self");
    link("nowhere", "odd/package-lock.json");
    link("/dev/zero", "odd/node_modules/left/package.json");
    // Whoever opens a pipe nobody writes to waits for ever.
    let pipe = place.path().join("odd/yarn.lock");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(pipe)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(reaches(&place.hunt()), [Reach::Pinned]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_entered_leaves_the_answer_open() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("app/package-lock.json", lockfile(&[("left", "1.0.0")]));
    place.write("closed/package-lock.json", lockfile(&[("left", "1.0.1")]));
    let closed = place.path().join("closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Who may read everything cannot be shut out.
    let shut = std::fs::read_dir(&closed).is_err();
    let hunted = place.hunt();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    if shut {
        assert!(
            hunted
                .unseen
                .iter()
                .any(|unseen| unseen.place.ends_with("closed")),
            "{:?}",
            hunted.unseen
        );
        let watch = watch();
        assert_eq!(answers(&watch, &hunted)[0].standing, Standing::NotKnown);
    } else {
        assert_eq!(reaches(&hunted), [Reach::Pinned]);
    }
}

#[test]
fn broken_caches_are_named_or_passed_over_and_their_sound_parts_read() {
    let place = beside();
    let address = "make-fetch-happen:request-cache:https://registry.example/left/-/left-1.0.1.tgz";
    place.write(
        ".npm/_cacache/index-v5/ab/cd/ef",
        format!("\u{0}\u{1}\n\nnot json\tnot json\nabc\t{{\"key\":\"cut\nabc\t{{\"key\":\"{address}\",\"time\":9}}\n"),
    );
    place.write("store/v3/files/ab/cd-index.json", "{ broken");
    place.write("store/v3/files/ab/ef-index.json", [0xff, 0xfe, 0x00]);
    place.write(".yarn/cache/left-npm-.zip", "");
    let hunted = hunt(&place);
    assert_eq!(reaches(&hunted), [Reach::Fetched, Reach::Pinned]);
    assert_eq!(hunted.unseen.len(), 2, "{:?}", hunted.unseen);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_or_that_steer_a_screen_hide_nothing() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let odd = place
        .path()
        .join(std::ffi::OsStr::from_bytes(b"\xff\xfe\x1b[2J\n"));
    std::fs::create_dir_all(odd.join("node_modules/left")).unwrap();
    std::fs::write(odd.join("package-lock.json"), lockfile(&[("left", "1.0.1")])).unwrap();
    std::fs::write(
        odd.join("node_modules/left/package.json"),
        r#"{"name":"left","version":"1.0.1"}"#,
    )
    .unwrap();
    assert_eq!(reaches(&hunt(&place)), [Reach::Installed, Reach::Pinned]);
}

#[test]
fn an_archive_whose_paths_lead_out_is_read_where_it_is_and_writes_nothing() {
    let place = Place::new();
    let bad = lockfile(&[("left", "1.0.1")]);
    let mut tar = Vec::new();
    for path in ["../../../escaped/package-lock.json", "/escaped/package-lock.json"] {
        let mut header = [0_u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", bad.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        header[263..265].copy_from_slice(b"00");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        header[154] = 0;
        tar.extend_from_slice(&header);
        tar.extend_from_slice(bad.as_bytes());
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    let image = place.write("image.tar", &tar);
    let hunted = place.hunt_in(&[image]);
    assert_eq!(reaches(&hunted), [Reach::Pinned, Reach::Pinned]);
    assert!(!place.path().join("escaped").exists() && !Path::new("/escaped").exists());
    // Cut anywhere, it is named or simply shorter, and never ends the hunt.
    for cut in [1, 300, 513, 900, tar.len() - 1500] {
        let part = place.write("part.tar", &tar[..cut]);
        let hunted = place.hunt_in(&[part]);
        assert!(
            !hunted.unseen.is_empty() || hunted.looked.image_files > 0,
            "{cut}"
        );
    }
}

#[test]
fn a_layer_that_is_broken_or_in_a_packing_not_read_leaves_the_answer_open() {
    for (bytes, told) in [
        (&[0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0][..], "zstd"),
        (b"\xfd7zXZ\0rest", "xz"),
        (b"\x1f\x8bbroken", "end of file"),
        (b"\0\x01sealed", "encrypted"),
    ] {
        let place = beside();
        place.write(&format!("layout/blobs/sha256/{}", "ab".repeat(32)), bytes);
        let hunted = hunt(&place);
        assert!(
            hunted.unseen.iter().any(|unseen| unseen.reason.contains(told)),
            "{told}: {:?}",
            hunted.unseen
        );
        assert_eq!(reaches(&hunted), [Reach::Pinned], "the hunt went on");
    }
}

#[test]
fn endless_lines_and_deep_json_end() {
    let place = beside();
    let mut log = vec![b'x'; 3 * 1024 * 1024];
    log.extend_from_slice(b"\nnpm http fetch GET 200 https://registry.example/left/-/left-1.0.1.tgz\n");
    let log = place.write("build.log", log);
    let deep = place.write("deep.cdx.json", "{\"components\":[".repeat(100_000));
    let hunted = place.hunt_in(&[log, deep]);
    assert_eq!(reaches(&hunted), [Reach::Fetched]);
    assert_eq!(hunted.unseen.len(), 1, "{:?}", hunted.unseen);
}

#[test]
fn lockfiles_that_nobody_can_read_are_named_where_they_could_matter() {
    let place = Place::new();
    place.write("a/package-lock.json", format!("{{\"left\": \"1.0.1\", {BAD_SRI}"));
    place.write("b/pnpm-lock.yaml", [0xff; 64]);
    let mut large = std::fs::File::create(place.write("c/yarn.lock", "")).unwrap();
    large.write_all(b" ").unwrap();
    // A hole in a file: as large as a limit, and no byte on the disk.
    large
        .set_len(cleanbill_hunt::limits::MAX_LOCKFILE_BYTES + 1)
        .unwrap();
    let hunted = place.hunt();
    let named: Vec<&str> = hunted.unseen.iter().map(|unseen| unseen.place.as_str()).collect();
    assert_eq!(named, ["a/package-lock.json", "c/yarn.lock"]);
}
