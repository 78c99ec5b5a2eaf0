//! Lines of logs that name a bad release, and how much each line says.
//! It knows the shapes in which package managers write a release, and no particular CI system.
use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use cleanbill_intel::Reach;
use cleanbill_model::Timestamp;

use crate::{
    Sighting, Source, Watch, gate_log,
    limits::{MAX_LOG_BYTES, MAX_LOG_LINE_BYTES, MAX_SIGHTINGS},
    packed::unpacked,
    read::{seen, tarball_of},
    sighting::clipped,
};

/// Words of a line that show a release was taken, not only spoken of.
const TAKEN: &[&str] = &[
    "http fetch",
    "reify",
    "placedep",
    "fetchmanifest",
    "extract",
    "added ",
    "fetched",
    "+ ",
    "linking",
    "http cache",
];

/// Reads a log line by line. Lines longer than [`MAX_LOG_LINE_BYTES`] are read in part.
/// A gate's log is known by its lines; their number is told beside what was found.
pub(crate) fn log(watch: &Watch, path: &Path, shown: &str) -> io::Result<(Vec<Sighting>, u64)> {
    let too_large = || {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {MAX_LOG_BYTES} bytes"),
        )
    };
    let file = File::open(path)?;
    if file.metadata()?.len() > MAX_LOG_BYTES {
        return Err(too_large());
    }
    // Build systems pack what they keep.
    let mut reader = unpacked(file)?.take(MAX_LOG_BYTES.saturating_add(1));
    let mut found: Vec<Sighting> = Vec::new();
    let (mut gate_entries, mut machines) = (0_u64, HashSet::new());
    let mut buffer = Vec::new();
    let mut number = 0_u32;
    loop {
        buffer.clear();
        if read_line(&mut reader, &mut buffer)? == 0 {
            break;
        }
        number = number.saturating_add(1);
        let text = String::from_utf8_lossy(&buffer);
        if let Some(sightings) = gate_log::line(watch, &text, shown) {
            gate_entries += 1;
            for mut sighting in sightings {
                // Every machine counts, and each once.
                let key = (sighting.campaign, sighting.release.clone(), sighting.note.clone());
                if found.len() < MAX_SIGHTINGS && machines.insert(key) {
                    sighting.line = Some(number);
                    found.push(sighting);
                }
            }
            continue;
        }
        for mut sighting in line(watch, &text, shown) {
            sighting.line = Some(number);
            let known = found
                .iter_mut()
                .find(|known| known.campaign == sighting.campaign && known.release == sighting.release);
            match known {
                Some(known) if known.reach >= sighting.reach => {}
                Some(known) => *known = sighting,
                None => found.push(sighting),
            }
        }
    }
    if reader.limit() == 0 {
        return Err(too_large());
    }
    Ok((found, gate_entries))
}

/// One line into `buffer`, at most [`MAX_LOG_LINE_BYTES`] of it kept; the bytes taken in all.
fn read_line(reader: &mut impl io::BufRead, buffer: &mut Vec<u8>) -> io::Result<u64> {
    let mut taken = 0_u64;
    loop {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            return Ok(taken);
        }
        let (part, ends) = match memchr::memchr(b'\n', available) {
            Some(at) => (at + 1, true),
            None => (available.len(), false),
        };
        let room = MAX_LOG_LINE_BYTES.saturating_sub(buffer.len()).min(part);
        buffer.extend_from_slice(available.get(..room).unwrap_or_default());
        reader.consume(part);
        taken += u64::try_from(part).unwrap_or(u64::MAX);
        if ends {
            return Ok(taken);
        }
    }
}

/// What one line says.
pub(crate) fn line(watch: &Watch, text: &str, shown: &str) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = Vec::new();
    for (name, start, end) in watch.names_in(text) {
        // `left` in `upper-left@1.0.0` or in `@scope/left@1.0.0` is another package.
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || "-_.~@".contains(c)) {
            continue;
        }
        let rest = text.get(end..).unwrap_or_default();
        let scoped_elsewhere = before == Some('/') && !name.starts_with('@') && scope_before(text, start);
        let hits = if let Some(version) = rest.strip_prefix('@').filter(|_| !scoped_elsewhere) {
            let version = version.strip_prefix("npm:").unwrap_or(version);
            release(watch, name, version_in(version), text, shown, false)
        } else if rest.starts_with("/-/") && !scoped_elsewhere {
            let address: &str = text
                .get(start..)
                .unwrap_or_default()
                .split_whitespace()
                .next()
                .unwrap_or_default();
            let address = address
                .find(".tgz")
                .and_then(|at| address.get(..at + 4))
                .unwrap_or(address);
            match tarball_of(&format!("/{address}")) {
                Some((found, version)) if found == name => release(watch, name, &version, text, shown, true),
                _ => Vec::new(),
            }
        } else {
            Vec::new()
        };
        found.extend(hits);
    }
    found
}

/// True when the text just before the slash at `start` is `@scope`.
fn scope_before(text: &str, start: usize) -> bool {
    let before = text.get(..start.saturating_sub(1)).unwrap_or_default();
    let word = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || "-_.~@".contains(c)))
        .next()
        .unwrap_or_default();
    word.starts_with('@')
}

fn version_in(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || ".-+".contains(c)))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', '-'])
}

fn release(
    watch: &Watch,
    name: &str,
    version: &str,
    text: &str,
    shown: &str,
    address: bool,
) -> Vec<Sighting> {
    if version.is_empty() || !version.starts_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let lower = text.to_ascii_lowercase();
    let taken = TAKEN.iter().any(|word| lower.contains(word)) || (address && lower.contains("200"));
    let reach = if taken { Reach::Fetched } else { Reach::Named };
    let note = format!("the line reads: {}", clipped(text.trim()));
    crate::read::release(
        watch,
        name,
        version,
        &seen(reach, Source::Log, shown, note, moment(text)),
    )
}

/// A time at the beginning of a line, as CI systems write it.
fn moment(text: &str) -> Option<Timestamp> {
    let word = text.trim_start_matches('\u{feff}').split_whitespace().next()?;
    let word = word.trim_matches(['[', ']']);
    (word.len() >= 20).then(|| Timestamp::parse(word).ok()).flatten()
}
