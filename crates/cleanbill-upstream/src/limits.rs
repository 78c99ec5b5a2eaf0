//! Every bound of this crate: name, number, reason.
//! It does not enforce any of them.
use std::time::Duration;

/// Largest packument, after decompression. The largest public ones are below 30 MB.
pub const MAX_PACKUMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Largest tarball. The largest public ones in common use are a little over 100 MB.
pub const MAX_TARBALL_BYTES: u64 = 256 * 1024 * 1024;
/// Requests in flight: as many as a registry takes from one client without complaint.
pub const MAX_IN_FLIGHT: usize = 64;
/// A body that grows past this takes a seat, so that many large ones at once cannot fill the memory.
pub const LARGE_BODY_BYTES: usize = 2 * 1024 * 1024;
/// Seats for large bodies: with [`MAX_PACKUMENT_BYTES`] they stay below 300 MiB together.
pub const LARGE_BODY_SEATS: usize = 2;
/// Attempts at one thing, the first included.
pub const MAX_ATTEMPTS: u32 = 3;
/// The wait before the second attempt; doubled for the third, and spread by half either way.
pub const FIRST_BACKOFF: Duration = Duration::from_millis(300);
/// Longest wait a registry can ask for with `Retry-After`; a person is waiting too.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(20);
/// Redirects followed, as browsers and clients have it or less.
pub const MAX_REDIRECTS: usize = 5;
/// Longest validator kept; real entity tags are below 100 bytes.
pub const MAX_VALIDATOR_BYTES: usize = 1024;
/// Longest first line of a cache file: two validators at their longest, escaped, and fixed fields.
pub const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Failures in a row after which a registry is left alone for [`BREAKER_PAUSE`].
pub const BREAKER_FAILURES: u32 = 8;
/// How long a registry that keeps failing is left alone.
pub const BREAKER_PAUSE: Duration = Duration::from_secs(15);
/// After this a cached copy is fetched whole, whatever 304 the registry would give.
pub const REFETCH_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// A cache file up to this size is read where it is asked for: from the page cache that takes less
/// than handing the work to another thread.
pub const READ_IN_PLACE_BYTES: u64 = 1024 * 1024;
/// A temporary file older than this was left by a process that died.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
