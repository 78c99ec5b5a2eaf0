//! Tarballs, honest and hostile.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]
use std::io::Write as _;

use cleanbill_model::{Comparison, Integrity};
use cleanbill_npm::{
    limits,
    tarball::{Limits, Unpacked, unpack},
};
use flate2::{Compression, write::GzEncoder};
use tar::{EntryType, Header};

fn header(path: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// One entry: header, contents, padding.
fn entry(path: &str, kind: EntryType, contents: &[u8]) -> Vec<u8> {
    let mut bytes = header(path, kind, contents.len() as u64).as_bytes().to_vec();
    bytes.extend_from_slice(contents);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn file(path: &str, contents: &str) -> Vec<u8> {
    entry(path, EntryType::Regular, contents.as_bytes())
}

fn end() -> Vec<u8> {
    vec![0; 1024]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archive(entries: &[Vec<u8>]) -> Unpacked {
    unpack(&gzip(&[entries.concat(), end()].concat()), &Limits::default())
}

fn codes(unpacked: &Unpacked) -> Vec<&str> {
    unpacked.defects.iter().map(|defect| defect.code).collect()
}

fn paths(unpacked: &Unpacked) -> Vec<&str> {
    unpacked.files.iter().map(|file| file.path.as_str()).collect()
}

fn text<'u>(unpacked: &'u Unpacked, path: &str) -> &'u str {
    std::str::from_utf8(&unpacked.file(path).unwrap().bytes).unwrap()
}

fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let mut contents = String::new();
    for (key, value) in records {
        let rest = format!(" {key}={value}\n");
        let length = (1..5)
            .map(|digits| rest.len() + digits)
            .find(|length| length.to_string().len() + rest.len() == *length)
            .unwrap();
        contents.push_str(&format!("{length}{rest}"));
    }
    entry("PaxHeader", EntryType::XHeader, contents.as_bytes())
}

#[test]
fn an_honest_tarball_has_files_and_no_defects() {
    let unpacked = archive(&[
        entry("package", EntryType::Directory, b""),
        file("package/package.json", "{}"),
        file("package/lib/a.js", "a()"),
    ]);
    assert_eq!(unpacked.defects, []);
    assert_eq!(paths(&unpacked), ["lib/a.js", "package.json"]);
    assert_eq!(
        (text(&unpacked, "lib/a.js"), unpacked.files[0].mode),
        ("a()", 0o644)
    );
    assert_eq!(unpacked.truncated, None);
}

#[test]
fn digests_are_those_of_the_packed_bytes() {
    let nothing = unpack(b"", &Limits::default());
    let sha512 =
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
    let integrity = nothing.integrity.unwrap();
    assert_eq!(
        integrity.compare(&Integrity::parse(sha512).unwrap()),
        Comparison::Same
    );
    let sha1 = Integrity::parse_hex("da39a3ee5e6b4b0d3255bfef95601890afd80709").unwrap();
    assert_eq!(integrity.compare(&sha1), Comparison::Same);
}

#[test]
fn files_in_a_second_gzip_member_are_seen() {
    let mut bytes = gzip(&file("package/package.json", "{}"));
    bytes.extend(gzip(&[file("package/evil.js", "x"), end()].concat()));
    let unpacked = unpack(&bytes, &Limits::default());
    assert_eq!(paths(&unpacked), ["evil.js", "package.json"]);
    assert_eq!(codes(&unpacked), ["gzip-members"]);
}

#[test]
fn padding_behind_the_gzip_is_fine_and_anything_else_is_told() {
    let good = gzip(&[file("package/a", "x"), end()].concat());
    let padded = unpack(&[good.clone(), vec![0; 300]].concat(), &Limits::default());
    assert_eq!((paths(&padded), codes(&padded)), (vec!["a"], vec![]));
    let trailing = unpack(&[good.clone(), b"junk".to_vec()].concat(), &Limits::default());
    assert_eq!(
        (paths(&trailing), codes(&trailing)),
        (vec!["a"], vec!["gzip-trailing-bytes"])
    );
    let cut = unpack(&good[..good.len() - 9], &Limits::default());
    assert_eq!(codes(&cut), ["gzip-damaged"]);
    let mut damaged = good;
    let at = damaged.len() - 6;
    damaged[at] ^= 0xff;
    let damaged = unpack(&damaged, &Limits::default());
    assert_eq!(
        (paths(&damaged), codes(&damaged)),
        (vec!["a"], vec!["gzip-damaged"])
    );
}

#[test]
fn a_plain_tar_is_read_as_clients_read_it() {
    let unpacked = unpack(&[file("package/a", "x"), end()].concat(), &Limits::default());
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec!["a"], vec!["not-gzip"])
    );
    let html = unpack(b"<html>", &Limits::default());
    assert_eq!((paths(&html), codes(&html)), (vec![], vec!["not-gzip"]));
}

#[test]
fn what_stands_behind_a_bad_header_is_seen() {
    let mut bad = file("package/decoy.js", "decoy");
    bad[148] = b'7';
    let unpacked = archive(&[bad, file("package/evil.js", "x")]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec!["evil.js"], vec!["header-checksum"])
    );
    // A single zero block ends nothing.
    let unpacked = archive(&[vec![0; 512], file("package/evil.js", "x")]);
    assert_eq!((paths(&unpacked), codes(&unpacked)), (vec!["evil.js"], vec![]));
}

#[test]
fn entries_behind_the_end_are_told_and_not_read() {
    let unpacked = archive(&[file("package/a", "x"), end(), file("package/b", "x")]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec!["a"], vec!["archive-after-end"])
    );
}

#[test]
fn the_last_of_a_path_counts() {
    let unpacked = archive(&[
        file("package/package.json", "first"),
        file("other/./package.json", "last"),
    ]);
    assert_eq!(text(&unpacked, "package.json"), "last");
    assert_eq!(codes(&unpacked), ["path-odd", "path-twice"]);
    let unpacked = archive(&[file("package/a.js", "1"), file("package/A.js", "2")]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec!["A.js", "a.js"], vec!["path-case"])
    );
}

#[test]
fn links_devices_and_foreign_paths_are_left_out_and_told() {
    let mut link = header("package/link", EntryType::Symlink, 0);
    link.set_link_name_literal("../../etc/passwd").unwrap();
    link.set_cksum();
    let mut hard = header("package/hard", EntryType::Link, 0);
    hard.set_link_name_literal("package/a").unwrap();
    hard.set_cksum();
    let unpacked = archive(&[
        link.as_bytes().to_vec(),
        hard.as_bytes().to_vec(),
        entry("package/fifo", EntryType::Fifo, b""),
        file("package/../../evil", "x"),
        file("/package/evil", "x"),
        file("package\\evil", "x"),
        file("package/a\u{7}", "x"),
        file("bare", "x"),
        file("package/good", "good"),
    ]);
    assert_eq!(paths(&unpacked), ["good"]);
    assert_eq!(
        codes(&unpacked),
        [
            "entry-link",
            "entry-link",
            "entry-not-a-file",
            "path-traversal",
            "path-absolute",
            "path-backslash",
            "path-control-character",
            "path-without-root"
        ]
    );
}

#[test]
fn a_file_with_a_link_target_hides_nothing_in_its_contents() {
    let hidden = file("package/hidden.js", "x");
    let mut cover = header("package/cover", EntryType::Regular, hidden.len() as u64);
    cover.set_link_name_literal("target").unwrap();
    cover.set_cksum();
    let unpacked = archive(&[cover.as_bytes().to_vec(), hidden, file("package/a", "a")]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec!["a", "hidden.js"], vec!["link-on-file"])
    );
}

#[test]
fn long_names_of_either_kind_are_put_together() {
    let long = format!("package/{}/file.js", "d".repeat(150));
    let unpacked = archive(&[pax(&[("path", &long)]), file("package/short", "x")]);
    assert_eq!((paths(&unpacked), codes(&unpacked)), (vec![&long[8..]], vec![]));
    let unpacked = archive(&[
        entry(
            "././@LongLink",
            EntryType::GNULongName,
            format!("{long}\0").as_bytes(),
        ),
        file("package/short", "x"),
        file("package/next", "y"),
    ]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec![&long[8..], "next"], vec![])
    );
    let mut split = header("file.js", EntryType::Regular, 0);
    split.as_mut_bytes()[345..345 + 9].copy_from_slice(b"package/x");
    split.set_cksum();
    assert_eq!(paths(&archive(&[split.as_bytes().to_vec()])), ["x/file.js"]);
}

#[test]
fn an_extended_path_or_size_counts_before_the_header() {
    let unpacked = archive(&[pax(&[("path", "package/../../evil")]), file("package/good", "x")]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec![], vec!["path-traversal"])
    );
    // The header says 0 bytes, the extended one 3; who reads only the header takes the contents for headers.
    let mut lying = entry("package/a", EntryType::Regular, b"abc");
    lying[..512].copy_from_slice(header("package/a", EntryType::Regular, 0).as_bytes());
    let unpacked = archive(&[pax(&[("size", "3")]), lying, file("package/b", "b")]);
    assert_eq!((text(&unpacked, "a"), codes(&unpacked)), ("abc", vec![]));
    let global = entry("g", EntryType::XGlobalHeader, b"18 comment=abcdef\n");
    assert_eq!(paths(&archive(&[global, file("package/a", "a")])), ["a"]);
}

#[test]
fn a_directory_claims_no_contents() {
    let mut directory = file("package/d/", "");
    directory[..512].copy_from_slice(header("package/d/", EntryType::Regular, 5_000).as_bytes());
    let unpacked = archive(&[directory, file("package/a", "a")]);
    assert_eq!((paths(&unpacked), codes(&unpacked)), (vec!["a"], vec![]));
}

#[test]
fn every_limit_stops_and_is_named() {
    let limited = |limits: Limits, entries: &[Vec<u8>]| {
        let unpacked = unpack(&gzip(&[entries.concat(), end()].concat()), &limits);
        (
            unpacked.truncated,
            codes(&unpacked).contains(&unpacked.truncated.unwrap_or("none")),
            unpacked.files.len(),
        )
    };
    let three = [
        file("package/a", "a"),
        file("package/b/c/d", "b"),
        file("package/c", &"c".repeat(2000)),
    ];
    let all = Limits::default();
    assert_eq!(limited(all, &three), (None, false, 3));
    assert_eq!(
        limited(Limits { entries: 2, ..all }, &three),
        (Some("limit-archive-entries"), true, 2)
    );
    assert_eq!(
        limited(
            Limits {
                file_bytes: 1000,
                ..all
            },
            &three
        ),
        (Some("limit-file-bytes"), true, 2)
    );
    assert_eq!(
        limited(Limits { depth: 2, ..all }, &three),
        (Some("limit-path-depth"), true, 2)
    );
    assert_eq!(
        limited(
            Limits {
                path_bytes: 10,
                ..all
            },
            &three
        ),
        (Some("limit-path-bytes"), true, 2)
    );
    assert_eq!(
        limited(
            Limits {
                total_bytes: 1024,
                ..all
            },
            &three
        )
        .0,
        Some("limit-unpacked-bytes")
    );
}

#[test]
fn a_gzip_bomb_stops_at_its_ratio() {
    let size = 16 * 1024 * 1024_u64;
    // One mebibyte of zeros is packed once and repeated as gzip members, which are one stream.
    let mut zeros = GzEncoder::new(Vec::new(), Compression::best());
    zeros.write_all(&vec![0; 1024 * 1024]).unwrap();
    let mut bomb = gzip(header("package/zeros", EntryType::Regular, size).as_bytes());
    bomb.extend(zeros.finish().unwrap().repeat(16));
    let unpacked = unpack(
        &bomb,
        &Limits {
            ratio: 10,
            ..Limits::default()
        },
    );
    assert_eq!(unpacked.truncated, Some("limit-unpack-ratio"));
    let held: usize = unpacked.files.iter().map(|file| file.bytes.len()).sum();
    assert!((held as u64) < size / 2);
    let members = gzip(b"").repeat(limits::MAX_GZIP_MEMBERS + 1);
    assert_eq!(
        unpack(&members, &Limits::default()).truncated,
        Some("limit-gzip-members")
    );
}

#[test]
fn a_size_beyond_all_bounds_takes_no_memory() {
    let mut lying = header("package/a", EntryType::Regular, 0);
    lying.as_mut_bytes()[124..136].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
    lying.set_cksum();
    let unpacked = archive(&[lying.as_bytes().to_vec()]);
    assert_eq!(
        (unpacked.files.len(), unpacked.truncated),
        (0, Some("limit-file-bytes"))
    );
    let cut = unpack(
        &gzip(header("package/a", EntryType::Regular, 100_000_000).as_bytes()),
        &Limits::default(),
    );
    assert_eq!(codes(&cut), ["archive-cut"]);
    let huge = entry("x", EntryType::XHeader, &vec![b'a'; 2 * 1024 * 1024]);
    let unpacked = archive(&[huge, file("package/a", "a")]);
    assert_eq!(
        (paths(&unpacked), codes(&unpacked)),
        (vec!["a"], vec!["limit-extended-header"])
    );
}

#[test]
fn what_a_builder_writes_is_read_back() {
    let mut builder = tar::Builder::new(Vec::new());
    let long = format!("package/{}.js", "n".repeat(180));
    for (path, contents) in [("package/package.json", "{}"), (long.as_str(), "x")] {
        let mut header = Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(0o755);
        header.set_cksum();
        builder
            .append_data(&mut header, path, contents.as_bytes())
            .unwrap();
    }
    let unpacked = unpack(&gzip(&builder.into_inner().unwrap()), &Limits::default());
    assert_eq!((unpacked.files.len(), codes(&unpacked)), (2, vec![]));
    assert!(unpacked.files.iter().all(|file| file.mode == 0o755));
}

mod properties {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..3000), packed in any::<bool>()) {
            let bytes = if packed { gzip(&bytes) } else { bytes };
            let _ = unpack(&bytes, &Limits::default());
        }

        #[test]
        fn any_mutation_keeps_paths_inside(at in 0_usize..4096, byte in any::<u8>(), cut in 0_usize..4096) {
            let mut bytes = [pax(&[("path", "package/x/y.js")]), file("package/a", "a"), file("package/b", "b"), end()].concat();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % 1024);
            for file in unpack(&gzip(&bytes), &Limits::default()).files {
                prop_assert!(!file.path.starts_with('/') && !file.path.contains('\\'));
                prop_assert!(file.path.split('/').all(|part| !part.is_empty() && part != "." && part != ".."));
                prop_assert!(!file.path.chars().any(char::is_control));
            }
        }

        #[test]
        fn files_come_out_as_they_went_in(files in proptest::collection::btree_map("[a-z]{1,8}(/[a-z]{1,8}){0,3}", proptest::collection::vec(any::<u8>(), 0..2000), 0..8)) {
            let entries: Vec<_> = files.iter().map(|(path, bytes)| entry(&format!("package/{path}"), EntryType::Regular, bytes)).collect();
            let unpacked = archive(&entries);
            let found: BTreeMap<_, _> = unpacked.files.into_iter().map(|file| (file.path, file.bytes)).collect();
            prop_assert_eq!(found, files);
        }
    }
}
