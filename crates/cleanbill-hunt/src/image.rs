//! A container image as a tar: lockfiles, unpacked packages and traces in it, layer by layer.
//! Nothing is unpacked to disk, so a path in the archive can lead nowhere.
use std::{
    fs::File,
    io::{self, BufRead, Read},
    path::Path,
};

use cleanbill_intel::Reach;
use cleanbill_lockfile::FORMATS;

use crate::{
    Sighting, Source, Watch,
    git::Found,
    hunt::lockfile_bytes,
    limits::{MAX_IMAGE_BYTES, MAX_LOCKFILE_BYTES, MAX_MANIFEST_BYTES, MAX_TAR_ENTRIES},
    packed::unpacked,
    read::{NameVersion, release, seen},
    sighting::Unseen,
};

/// Archives inside archives: an image holds layers, and a layer is looked through and no deeper.
const MAX_NESTING: usize = 2;

/// Looks through an image, or any other tar.
pub(crate) fn image(watch: &Watch, path: &Path, shown: &str, found: &mut Found) {
    let outcome = File::open(path).and_then(unpacked);
    let outcome = outcome.and_then(|reader| archive(watch, reader.take(MAX_IMAGE_BYTES), shown, found, 0));
    if let Err(error) = outcome {
        found.unseen.push(Unseen {
            place: shown.to_owned(),
            reason: error.to_string(),
            before: None,
        });
    }
}

/// Looks through one blob of an image laid out as a folder.
pub(crate) fn layer(watch: &Watch, path: &Path, shown: &str, found: &mut Found) {
    let outcome = File::open(path).and_then(unpacked);
    let outcome = outcome.and_then(|reader| archive_layer(watch, reader, shown, found, 0));
    if let Err(error) = outcome {
        found.unseen.push(Unseen {
            place: shown.to_owned(),
            reason: error.to_string(),
            before: None,
        });
    }
}

fn archive(watch: &Watch, reader: impl Read, shown: &str, found: &mut Found, depth: usize) -> io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    for (count, entry) in (1_u64..).zip(archive.entries()?) {
        if count > MAX_TAR_ENTRIES {
            return Err(io::Error::other(format!(
                "it has more than {MAX_TAR_ENTRIES} entries"
            )));
        }
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        found.looked.image_files += 1;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = path.trim_start_matches("./");
        let place = format!("{shown}:{path}");
        let name = path.rsplit('/').next().unwrap_or(path);
        for trace in watch.traces(name) {
            let steps: Vec<&str> = path.split('/').collect();
            if steps.ends_with(&trace.segments.iter().map(String::as_str).collect::<Vec<_>>()) {
                let note = format!(
                    "a file named as `{}`, which this campaign leaves behind",
                    trace.value
                );
                found.sightings.push(Sighting {
                    campaign: trace.campaign,
                    ..seen(Reach::Ran, Source::Image, &place, note, None)
                });
            }
        }
        let in_modules = path.split('/').any(|step| step == "node_modules");
        let is_lockfile = FORMATS.iter().any(|format| format.file_names().contains(&name));
        let outcome = if is_layer(path, depth) {
            unpacked(&mut entry).and_then(|layer| archive_layer(watch, layer, &place, found, depth))
        } else if name == ".package-lock.json" && in_modules {
            whole(&mut entry, MAX_LOCKFILE_BYTES).map(|bytes| {
                lockfile_bytes(watch, "package-lock.json", &bytes, true, &place, None, found);
            })
        } else if is_lockfile && !in_modules {
            found.looked.lockfiles += 1;
            whole(&mut entry, MAX_LOCKFILE_BYTES)
                .map(|bytes| lockfile_bytes(watch, name, &bytes, false, &place, None, found))
        } else if name == "package.json" && in_modules {
            found.looked.installed += 1;
            whole(&mut entry, MAX_MANIFEST_BYTES).map(|bytes| package(watch, &bytes, &place, found))
        } else {
            Ok(())
        };
        if let Err(error) = outcome {
            found.unseen.push(Unseen {
                place,
                reason: error.to_string(),
                before: None,
            });
        }
    }
    Ok(())
}

/// Layers of `docker save`, of OCI layouts, and archives of other tools at the top of a tar.
fn is_layer(path: &str, depth: usize) -> bool {
    let packed = [".tar", ".tar.gz", ".tgz", ".tar.zst"];
    depth + 1 < MAX_NESTING
        && (path.ends_with("layer.tar")
            || path.starts_with("blobs/sha256/")
            || path.starts_with("blobs/sha512/")
            || (!path.contains('/') && packed.iter().any(|end| path.ends_with(end))))
}

/// A blob of an OCI layout may be JSON as well, and a link of `docker save` has no bytes: those are no layers. What is
/// neither that nor a tar may hide one: encrypted, or packed in a way nobody here knows.
fn archive_layer(
    watch: &Watch,
    layer: impl BufRead,
    place: &str,
    found: &mut Found,
    depth: usize,
) -> io::Result<()> {
    let mut layer = layer.take(MAX_IMAGE_BYTES);
    let mut block = Vec::with_capacity(TAR_BLOCK);
    layer.by_ref().take(TAR_BLOCK as u64).read_to_end(&mut block)?;
    if block.is_empty() || block.trim_ascii_start().starts_with(b"{") {
        return Ok(());
    }
    if !is_tar(&block) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is neither a tar nor JSON; an encrypted layer cannot be read",
        ));
    }
    archive(
        watch,
        io::Cursor::new(block).chain(layer),
        place,
        found,
        depth + 1,
    )
}

/// One block of a tar, in bytes.
const TAR_BLOCK: usize = 512;

/// A header of a tar: its magic at byte 257, or, where old tools wrote none, a sum that fits; or an empty archive.
fn is_tar(block: &[u8]) -> bool {
    let Ok(bytes) = <&[u8; TAR_BLOCK]>::try_from(block) else {
        return false;
    };
    let mut header = tar::Header::new_old();
    *header.as_mut_bytes() = *bytes;
    let sum: u32 = bytes
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    block.get(257..262) == Some(b"ustar".as_slice())
        || block.iter().all(|byte| *byte == 0)
        || header.cksum().is_ok_and(|told| told == sum)
}

fn whole(entry: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

fn package(watch: &Watch, bytes: &[u8], place: &str, found: &mut Found) {
    let Ok(NameVersion {
        name: Some(name),
        version: Some(version),
    }) = serde_json::from_slice::<NameVersion>(bytes)
    else {
        return;
    };
    let note = format!("`{name}` {version} lies unpacked in the image");
    found.sightings.extend(release(
        watch,
        &name,
        &version,
        &seen(Reach::Installed, Source::Image, place, note, None),
    ));
}
