//! Every cap on what this crate reads: name, number, reason.
//! It knows no format; reaching a cap is a defect that carries the cap's name.

/// Largest packument read. The largest real ones are below 100 MB; beyond that a document only costs
/// memory.
pub const MAX_PACKUMENT_BYTES: usize = 128 * 1024 * 1024;

/// Versions read of one packument. The busiest real packages have some 10,000; the rest of a longer list
/// stays unassessed.
pub const MAX_VERSIONS: usize = 50_000;

/// Members of all the maps and lists of one packument that are kept. A packument of 3,500 versions with
/// 100 dependencies each stays far below; the cap keeps a hostile one from becoming gigabytes.
pub const MAX_ENTRIES: usize = 2_000_000;

/// Defects kept of one document. Beyond that the document is known to be broken and more say nothing new.
pub const MAX_DEFECTS: usize = 256;

/// Characters of a key or value repeated in a defect. Enough to find the place.
pub const MAX_QUOTED_CHARS: usize = 120;

/// Largest settings file read (`.npmrc`, `.yarnrc.yml`, …). Real ones are a few hundred bytes; certificates
/// written into one make it a few kilobytes.
pub const MAX_SETTINGS_BYTES: usize = 1024 * 1024;

/// Entries kept of one settings file. Nobody has more than some dozen scopes and tokens.
pub const MAX_SETTINGS: usize = 10_000;

/// Bytes a value may grow to when variables are put in.
pub const MAX_EXPANDED_BYTES: usize = 64 * 1024;

/// Opening brackets in one YAML settings file. The reader's time grows with the square of those left open;
/// real files have a few dozen.
pub const MAX_YAML_BRACKETS: usize = 2_000;

/// Entries of one tarball. The largest common packages have some 10,000 files.
pub const MAX_ARCHIVE_ENTRIES: usize = 100_000;

/// Bytes of one tarball once unpacked. The largest common packages have 130 MB; more would not be assessed
/// within the memory of a run.
pub const MAX_UNPACKED_BYTES: u64 = 512 * 1024 * 1024;

/// Times the packed size a tarball may grow to. Text packs 5 to 10 times, repetitive tables 50 times.
pub const MAX_UNPACK_RATIO: u64 = 250;

/// Bytes that are unpacked whatever the ratio, since small archives of empty files pack very well.
pub const UNPACK_RATIO_SLACK: u64 = 1024 * 1024;

/// Bytes of one file of a tarball. Native binaries reach 120 MB.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Directories above a file of a tarball. Bundled dependencies nest some 20 deep.
pub const MAX_PATH_DEPTH: usize = 64;

/// Bytes of one path in a tarball. Most systems refuse longer ones.
pub const MAX_PATH_BYTES: usize = 1024;

/// Bytes of one extended header of a tarball, as npm has it.
pub const MAX_EXTENDED_HEADER_BYTES: u64 = 1024 * 1024;

/// Gzip members of one tarball. One is usual; many small ones only cost time.
pub const MAX_GZIP_MEMBERS: usize = 1_000;
