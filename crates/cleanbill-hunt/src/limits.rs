//! Every cap on a hunt, with its reason.

/// Most files and folders looked at below all roots together; a large developer's home has some ten million.
pub const MAX_WALKED: u64 = 50_000_000;
/// Deepest folder followed; deeper trees are made to hurt, and paths end near there on most systems anyway.
pub const MAX_DEPTH: usize = 128;
/// Largest lockfile of a working tree or a history read, in bytes. Real ones stay below 20 MB, and several are
/// in memory at once.
pub const MAX_LOCKFILE_BYTES: u64 = 64 * 1024 * 1024;
/// Largest `package.json` of an installed package read, in bytes; the largest real ones are near 1 MB.
pub const MAX_MANIFEST_BYTES: u64 = 4 * 1024 * 1024;
/// Largest index file of a cache read, in bytes; npm appends a line for every request and never shortens it
/// unless told to.
pub const MAX_INDEX_BYTES: u64 = 8 * 1024 * 1024;
/// Largest log read, in bytes; CI systems cut theirs far below.
pub const MAX_LOG_BYTES: u64 = 512 * 1024 * 1024;
/// Longest line of a log looked at, in bytes; the rest of a longer one is passed over.
pub const MAX_LOG_LINE_BYTES: usize = 64 * 1024;
/// Largest bill of materials read, in bytes.
pub const MAX_SBOM_BYTES: u64 = 256 * 1024 * 1024;
/// Most bytes unpacked from one image, and from one layer of it; the largest public images have some 30 GB.
pub const MAX_IMAGE_BYTES: u64 = 64 * 1024 * 1024 * 1024;
/// Most entries of one tar.
pub const MAX_TAR_ENTRIES: u64 = 10_000_000;
/// Most commits followed in one repository; the largest public ones have some 1.5 million.
pub const MAX_COMMITS: usize = 3_000_000;
/// Most distinct trees read in one repository; bounds memory at some 500 MB.
pub const MAX_TREES: usize = 10_000_000;
/// Deepest folder followed inside a commit's tree.
pub const MAX_TREE_DEPTH: usize = 64;
/// Most lockfile versions read in one repository.
pub const MAX_BLOBS: usize = 1_000_000;
/// Most lockfiles listed for one tree; a tree with more was made to hurt.
pub const MAX_LOCKFILES_IN_TREE: usize = 100_000;
/// Most sightings kept; people act on the first, scripts on the count.
pub const MAX_SIGHTINGS: usize = 200_000;
/// Most gaps named one by one; the rest are counted.
pub const MAX_GAPS: usize = 1_000;
/// Most commits and branches named for one pin.
pub const MAX_NAMED: usize = 20;
/// Longest text of somebody else kept for showing, in characters.
pub const MAX_SHOWN: usize = 300;
/// Most distinct pieces of lockfiles remembered at a time; at most some 60 MB.
pub const MAX_PIECES: usize = 1_000_000;
/// Most campaigns in one hunt; their place is kept in 16 bits.
pub const MAX_CAMPAIGNS: usize = 65_535;
