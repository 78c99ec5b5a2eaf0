//! Every bound on what a feed may cost, each with its reason.
//! It knows no format; it only says where reading stops.
use std::time::Duration;

/// Largest archive read or fetched. Today's full dump of npm records has about 300 MB; three times that
/// leaves years of growth, and a disk is not filled by one answer.
pub const MAX_ARCHIVE_BYTES: u64 = 1024 * 1024 * 1024;
/// Largest central directory read from an archive. 310,000 entries need about 25 MB; the limit is what
/// keeps a directory of millions of empty entries from taking all memory.
pub const MAX_DIRECTORY_BYTES: u64 = 96 * 1024 * 1024;
/// Most entries of an archive or files of a folder: three times today's largest dump.
pub const MAX_ENTRIES: usize = 1_000_000;
/// Largest single record. The longest published ones, with hundreds of packages, stay below 1 MiB.
pub const MAX_RECORD_BYTES: u64 = 4 * 1024 * 1024;
/// Most bytes all records of a source may have together once unpacked.
pub const MAX_TOTAL_BYTES: u64 = 6 * 1024 * 1024 * 1024;
/// A record that unpacks to more than this many times its packed size is a bomb, not text:
/// JSON of advisories packs about four to one, the most repetitive below thirty to one.
pub const MAX_RATIO: u64 = 200;
/// Below this unpacked size the ratio says nothing, since small repetitive records pack very well.
pub const RATIO_FROM_BYTES: u64 = 256 * 1024;
/// Deepest folder walked. Published feeds nest four deep; the limit ends a loop of mounts.
pub const MAX_FOLDER_DEPTH: usize = 16;
/// Most versions one record may name for one package; real ones stay below 10,000.
pub const MAX_VERSIONS: usize = 50_000;
/// Most packages one record may name; the largest real campaigns name about 1,000.
pub const MAX_AFFECTED: usize = 10_000;
/// Most events in one range; more is no range anybody wrote.
pub const MAX_EVENTS: usize = 10_000;
/// Most digests kept of one record for one package.
pub const MAX_HASHES: usize = 50_000;
/// Longest identifier of a record or alias; more is no identifier.
pub const MAX_ID_BYTES: usize = 256;
/// Most aliases kept of one record.
pub const MAX_ALIASES: usize = 64;
/// Characters kept of a summary: it is shown on one line.
pub const MAX_SUMMARY_CHARS: usize = 300;
/// Longest address kept as "read on".
pub const MAX_URL_BYTES: usize = 2048;
/// Longest CVSS vector read; version 4 with every metric has below 200 characters.
pub const MAX_VECTOR_BYTES: usize = 512;
/// Skipped records told by name in a report; beyond this they are only counted.
pub const MAX_TOLD: usize = 100;
/// Characters kept of a skipped part's name and of its reason: both may be the feed's own words.
pub const MAX_TOLD_CHARS: usize = 300;
/// Largest index file opened; ten times what 310,000 records need.
pub const MAX_INDEX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Most advisories of one name decoded in one look-up; a name with more is told as broken.
pub const MAX_PER_NAME: u64 = 10_000;
/// Largest state file read beside an index: it holds a few lines.
pub const MAX_STATE_BYTES: u64 = 64 * 1024;
/// Longest feed name; it becomes a file name.
pub const MAX_FEED_NAME_BYTES: usize = 64;
/// A server that has not answered the connection by then is told as away.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest silence between two pieces of an answer.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest a whole fetch may take: 300 MB at 1 MB/s, twice over.
pub const FETCH_DEADLINE: Duration = Duration::from_secs(600);
/// Most redirects followed.
pub const MAX_REDIRECTS: usize = 5;
