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
