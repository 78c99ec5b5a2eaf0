//! Destruction: whole folders of a person, a disk, or every file found there, deleted or overwritten.
//! It judges places and what is done to them, never who asked for it or why.
use super::sink;
use crate::machine::value::Val;
use crate::machine::{Act, Machine};
use crate::shell::Command;
use crate::text::{APPDATA, CWD, HOME, LISTED, hole, is_hole};

/// Names of a home folder, and folders above all homes or of the system.
const HOMES: &[&str] = &[
    "~",
    "$HOME",
    "${HOME}",
    "%USERPROFILE%",
    "$env:USERPROFILE",
    "{home}",
    "/home",
    "/Users",
    "/etc",
    "/usr",
    "/var",
    "C:/Users",
];
/// Folders in the home folder that hold what a person made.
const OWN_WORK: &[&str] = &[
    "Documents",
    "Desktop",
    "Pictures",
    "Downloads",
    "Music",
    "Movies",
    "Videos",
    "Library",
    ".ssh",
];
/// Devices whose first bytes are the disk.
const DISKS: &[&str] = &[
    "/dev/sd",
    "/dev/hd",
    "/dev/nvme",
    "/dev/vd",
    "/dev/disk",
    "/dev/mmcblk",
    "//./PhysicalDrive",
];

/// A place that belongs to a person or the system as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    /// The root, a drive, the home folder, or a folder of a person's work.
    Folder,
    /// The folder the program was started in, or one above it.
    Around,
}

fn whole(path: &str) -> Option<Whole> {
    let path = path.replace('\\', "/");
    let bare = path.trim_end_matches(['*', '.', '/']);
    let around = [".", "./", "..", "../", "../..", "../../"];
    if around.contains(&path.trim_end_matches('*')) || bare == hole(CWD).to_string() {
        return Some(Whole::Around);
    }
    let homes = [hole(HOME).to_string(), hole(APPDATA).to_string()];
    let is_home = |text: &str| HOMES.contains(&text) || homes.iter().any(|h| h == text);
    let root = bare.is_empty() && path.starts_with('/');
    let drive = bare.len() == 2 && bare.ends_with(':') && bare.starts_with(|c: char| c.is_ascii_alphabetic());
    let work = bare
        .rsplit_once('/')
        .is_some_and(|(dir, last)| is_home(dir) && OWN_WORK.contains(&last));
    (root || drive || is_home(bare) || work).then_some(Whole::Folder)
}

/// The name of an entry, when the listed folder is one whose entries are worth telling from the merely unknown.
pub(crate) fn entry_of(m: &Machine<'_>, folder: &Val) -> Option<Val> {
    let listed = folder.each().iter().any(|one| {
        m.to_text(one)
            .is_some_and(|text| whole(text.as_str()).is_some() || text.as_str().contains(hole(LISTED)))
    });
    listed.then(|| Val::hole(LISTED))
}

/// A file or folder is removed; `recursive` with all that is in it.
pub(crate) fn removed(m: &mut Machine<'_>, a: &mut Act, path: &Val, recursive: bool, at: u32) {
    for one in path.each() {
        let Some(text) = m.to_text(&one) else { continue };
        let text = text.as_str();
        if recursive && whole(text) == Some(Whole::Folder) {
            tell(m, a, path, text, "the home or root folder is deleted", false, at);
        } else if every_entry(text) {
            tell(m, a, path, text, "every file found there is deleted", true, at);
        }
    }
}

/// Something is written to a path: to a disk itself, or over every file found.
pub(crate) fn overwritten(m: &mut Machine<'_>, a: &mut Act, path: &str, at: u32) {
    let value = Val::undef();
    if is_disk(path) {
        tell(m, a, &value, path, "a disk is overwritten", false, at);
    } else if every_entry(path) {
        tell(
            m,
            a,
            &value,
            path,
            "every file found there is overwritten",
            true,
            at,
        );
    }
}

fn is_disk(path: &str) -> bool {
    let path = path.replace('\\', "/");
    DISKS.iter().any(|disk| path.starts_with(disk))
}

/// A path whose last part is any entry of a folder that is no program's own.
fn every_entry(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let listed = hole(LISTED);
    let Some((dir, last)) = path.rsplit_once('/') else {
        return false;
    };
    // Below a listed folder everything is one of its entries again.
    let top = dir.split_once(listed).map_or(dir, |(top, _)| top);
    let top = if top.is_empty() { "/" } else { top };
    last.starts_with(listed) && last.chars().count() == 1 && whole(top).is_some()
}

fn tell(m: &mut Machine<'_>, a: &mut Act, path: &Val, text: &str, note: &str, indirect: bool, at: u32) {
    let mut found = sink::Found::new("FLO-12", path.t.clone(), note.to_owned());
    found.decoded = Some(crate::text::shown(text));
    found.indirect = indirect;
    sink::chain(m, a, found, at);
}

/// What a command destroys, when it destroys something whole.
pub(crate) fn command(name: &str, c: &Command) -> Option<&'static str> {
    const FOLDER: &str = "a command deletes the home or root folder";
    const DISK: &str = "a command overwrites a disk";
    let words: Vec<&str> = c.words.iter().skip(1).map(String::as_str).collect();
    let lower: Vec<String> = words.iter().map(|w| w.to_ascii_lowercase()).collect();
    let flag = |test: &dyn Fn(&str) -> bool| lower.iter().any(|w| test(w));
    let recursive =
        flag(&|w| w == "--recursive" || w.starts_with('-') && !w.starts_with("--") && w.contains('r'));
    let home_alone = |w: &str| w.chars().count() == 1 && w.chars().all(is_hole) && w.contains(hole(HOME));
    let folder = words
        .iter()
        .any(|w| whole(w) == Some(Whole::Folder) || home_alone(w));
    let disk = |prefix: &str| words.iter().filter_map(|w| w.strip_prefix(prefix)).any(is_disk);
    match name {
        "rm" if recursive && folder => Some(FOLDER),
        "find" if folder && flag(&|w| matches!(w, "-delete" | "rm" | "shred" | "unlink")) => Some(FOLDER),
        "rd" | "rmdir" | "del" | "erase" if folder && flag(&|w| w == "/s") => Some(FOLDER),
        "remove-item" | "ri" if folder && flag(&|w| w.starts_with("-rec")) => Some(FOLDER),
        "shred" if folder => Some(FOLDER),
        "shred" | "tee" if disk("") => Some(DISK),
        "dd" if disk("of=") => Some(DISK),
        "cipher" if flag(&|w| w.starts_with("/w:")) => Some(DISK),
        "format" if flag(&|w| w.len() == 2 && w.ends_with(':')) => Some(DISK),
        _ if name.starts_with("mkfs") && disk("") => Some(DISK),
        _ if c.to.as_deref().is_some_and(is_disk) => Some(DISK),
        _ => None,
    }
}
