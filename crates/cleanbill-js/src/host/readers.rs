//! Which words of a command may be run: not those that a program of the system only reads.
//! It knows the programs by what they do with a file, and nothing of the code that starts them.
use crate::shell::Command;

/// Programs for which a file is something to read, pack, move or record, and never something to run.
const READERS: &[&str] = &[
    "7z",
    "bunzip2",
    "bzip2",
    "cat",
    "chmod",
    "chown",
    "codesign",
    "convert",
    "cp",
    "diff",
    "du",
    "ffmpeg",
    "file",
    "git",
    "gpg",
    "grep",
    "gunzip",
    "gzip",
    "head",
    "hg",
    "less",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mv",
    "openssl",
    "rm",
    "rsync",
    "scp",
    "sha256sum",
    "shasum",
    "sort",
    "stat",
    "svn",
    "tail",
    "tar",
    "tee",
    "touch",
    "unxz",
    "unzip",
    "wc",
    "xattr",
    "xz",
    "zip",
];

/// The words of a command that may name what it runs: all but those a program only reads.
pub(super) fn may_run(c: &Command) -> &[String] {
    let reads = program(c).is_some_and(|name| READERS.contains(&name.as_str()));
    if reads {
        c.words.get(..1).unwrap_or_default()
    } else {
        &c.words
    }
}

/// The name of the program, without its folder and ending.
pub(super) fn program(c: &Command) -> Option<String> {
    let first = c.words.first()?;
    let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
    Some(name.trim_end_matches(".exe").to_ascii_lowercase())
}
