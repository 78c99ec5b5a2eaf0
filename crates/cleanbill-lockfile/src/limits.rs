//! Every cap on a lockfile, with its reason.

/// Largest lockfile read, in bytes. The largest public ones are near 15 MB; 256 MiB leaves room for a
/// generated monorepo and still bounds memory.
pub const MAX_LOCKFILE_BYTES: usize = 256 * 1024 * 1024;
/// Most entries kept from one lockfile; real ones stay below 20,000.
pub const MAX_ENTRIES: usize = 500_000;
/// Deepest nesting followed, below what `serde_json` itself allows (128).
pub const MAX_DEPTH: usize = 100;
/// Longest name, range, URL or digest kept from a lockfile, in bytes.
pub const MAX_FIELD_BYTES: usize = 8 * 1024;
/// Most paths from the root computed for one entry; people read the first few.
pub const MAX_PATHS: usize = 3;
/// Most edges kept from one lockfile; the largest public ones have below 200,000, and each one kept costs
/// far more memory than its bytes in the file.
pub const MAX_EDGES: usize = 2_000_000;
/// Most defects kept from one lockfile; people fix the first few and look again.
pub const MAX_DEFECTS: usize = 1_000;
/// Most YAML nodes kept from one lockfile. Each takes some 70 bytes, many times what it takes in the file;
/// the largest public lockfiles have below one million.
pub const MAX_NODES: usize = 8_000_000;
/// Most YAML documents read from one file. pnpm writes two; more than a few are no lockfile.
pub const MAX_DOCUMENTS: usize = 16;
/// Largest YAML file handed to the general library, in bytes: it keeps some hundred bytes for each event.
/// Only files that no package manager wrote get there.
pub const MAX_GENERAL_YAML_BYTES: usize = 8 * 1024 * 1024;
/// Largest `package.json` read beside a lockfile, in bytes; the largest real ones are near 100 kB.
pub const MAX_MANIFEST_BYTES: usize = 4 * 1024 * 1024;
