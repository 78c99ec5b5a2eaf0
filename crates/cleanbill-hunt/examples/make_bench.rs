//! Makes what hunts are measured on: a history of large lockfiles as a stream for `git fast-import`, or a tree of
//! `node_modules`. The same arguments make the same bytes.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a maker of measurements writes files and stops at the first fault"
)]
use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use base64::Engine as _;
use sha2::{Digest as _, Sha512};

/// Bytes of one entry of the lockfile, about.
const ENTRY: usize = 330;
/// Entries that one commit changes.
const CHANGED: usize = 6;
/// Good releases of packages that campaigns used, as nearly every real lockfile has them.
const WATCHED: &[(&str, &str)] = &[
    ("ansi-regex", "5.0.1"),
    ("ansi-styles", "4.3.0"),
    ("chalk", "4.1.2"),
    ("color-convert", "2.0.1"),
    ("color-name", "1.1.4"),
    ("color-string", "1.9.1"),
    ("colors", "1.4.0"),
    ("debug", "4.3.4"),
    ("error-ex", "1.3.2"),
    ("eslint-config-prettier", "9.1.0"),
    ("is-arrayish", "0.2.1"),
    ("rc", "1.2.8"),
    ("slice-ansi", "4.0.0"),
    ("strip-ansi", "6.0.1"),
    ("supports-color", "7.2.0"),
    ("ua-parser-js", "1.0.37"),
    ("wrap-ansi", "7.0.0"),
];
/// Files of one package of the tree, and packages of one folder of `node_modules`.
const FILES: usize = 20;
const PACKAGES: usize = 1_250;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<usize>().ok());
    match (arguments.first().map(String::as_str), number(1), number(2)) {
        (Some("history"), Some(versions), Some(bytes)) => {
            history(versions, bytes, &mut BufWriter::new(io::stdout().lock())).expect("the stream");
        }
        (Some("tree"), None, Some(files)) => {
            let root = arguments.get(1).expect("a folder");
            tree(Path::new(root), files).expect("the tree");
        }
        _ => eprintln!("make_bench history VERSIONS BYTES | make_bench tree FOLDER FILES"),
    }
}

/// A number that looks random and is not.
fn mixed(seed: usize) -> u64 {
    let digest = Sha512::digest(seed.to_le_bytes());
    let mut eight = [0_u8; 8];
    for (to, from) in eight.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    u64::from_le_bytes(eight)
}

/// One entry of the lockfile: a package at its so-manieth release.
fn entry(package: usize, release: usize) -> String {
    let digest = Sha512::digest(format!("{package} {release}"));
    let integrity = base64::engine::general_purpose::STANDARD.encode(digest);
    let name = format!("package-number-{package}");
    let other = mixed(package) % 2_000;
    let patch = package % 30;
    format!(
        "    \"node_modules/{name}\": {{\n      \"version\": \"1.{release}.{patch}\",\n      \"resolved\": \"https://registry.example/{name}/-/{name}-1.{release}.{patch}.tgz\",\n      \"integrity\": \"sha512-{integrity}\",\n      \"license\": \"MIT\",\n      \"dependencies\": {{\n        \"package-number-{other}\": \"^1.0.0\"\n      }}\n    }}"
    )
}

/// Commits that each change some entries of one lockfile; the hundred before the last fifth pin a bad release.
fn history(versions: usize, bytes: usize, out: &mut impl Write) -> io::Result<()> {
    let packages = bytes / ENTRY;
    let mut releases = vec![0_usize; packages];
    let mut entries: Vec<String> = (0..packages).map(|package| entry(package, 0)).collect();
    let bad = versions * 4 / 5;
    let watched: String = WATCHED
        .iter()
        .map(|(name, version)| {
            format!("    \"node_modules/{name}\": {{\n      \"version\": \"{version}\"\n    }},\n")
        })
        .collect();
    for version in 0..versions {
        for change in 0..CHANGED {
            let at = usize::try_from(mixed(version * CHANGED + change) % packages.max(1) as u64).unwrap_or(0);
            if let (Some(release), Some(text)) = (releases.get_mut(at), entries.get_mut(at)) {
                *release += 1;
                *text = entry(at, *release);
            }
        }
        let axios = if (bad.saturating_sub(100)..bad).contains(&version) {
            "1.14.1"
        } else {
            "1.14.0"
        };
        let lockfile = format!(
            "{{\n  \"name\": \"app\",\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n    \"node_modules/axios\": {{\n      \"version\": \"{axios}\"\n    }},\n{watched}{}\n  }}\n}}\n",
            entries.join(",\n")
        );
        let at = 1_700_000_000 + version * 3_600;
        let code = format!("export const version = {version};\n");
        write!(
            out,
            "commit refs/heads/main\ncommitter somebody <somebody@people.example> {at} +0000\ndata 6\nchange\n"
        )?;
        write!(
            out,
            "M 100644 inline apps/web/package-lock.json\ndata {}\n{lockfile}\n",
            lockfile.len()
        )?;
        write!(
            out,
            "M 100644 inline apps/web/src/version.js\ndata {}\n{code}\n",
            code.len()
        )?;
    }
    out.flush()
}

/// Folders of `node_modules`, each of so many packages of so many files.
fn tree(root: &Path, files: usize) -> io::Result<()> {
    for package in 0..files / FILES {
        let name = format!("package-number-{package}");
        let folder = root.join(format!("app-{}/node_modules/{name}", package / PACKAGES));
        fs::create_dir_all(folder.join("lib"))?;
        let manifest = format!(
            "{{\n  \"name\": \"{name}\",\n  \"version\": \"1.0.{package}\",\n  \"main\": \"lib/file-0.js\",\n  \"license\": \"MIT\"\n}}\n"
        );
        fs::write(folder.join("package.json"), manifest)?;
        for file in 0..FILES - 1 {
            fs::write(
                folder.join(format!("lib/file-{file}.js")),
                "module.exports = 1;\n",
            )?;
        }
    }
    Ok(())
}
