//! The compiled form of a feed: one file, looked up by package name, opened by memory map.
//! It knows advisories and bytes, and nothing of where they came from.
//!
//! Layout, all numbers little-endian:
//!
//! | part    | holds |
//! |---------|-------|
//! | header  | magic, version, counts, the place of each part, digest of the rest, its own digest |
//! | buckets | for each bucket: where its slots start, and a check over them |
//! | slots   | for each name: 64-bit key, place and length of its group, check of the group |
//! | groups  | for each name: the name, then its advisories |
//!
//! Keys are sorted, so the top bits of a key choose the bucket. Opening reads the header alone; each
//! look-up checks the bucket and the group it reads, so damage is told where it is met.
mod build;
mod bytes;
mod layout;
mod map;
mod read;
mod record;

pub(crate) use build::write_whole;
pub use build::{Builder, Built, Dropped};
pub use layout::{FORMAT_VERSION, Summary};
pub use read::{Index, IndexError};
