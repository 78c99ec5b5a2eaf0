//! A registry's document on a package, from bytes to fields, each known or missing with a reason.
//! It has no idea what is suspicious in it, what time it is, or where the bytes came from.
//!
//! Both forms are read: the full one, and the abbreviated one without times, accounts and scripts.
use cleanbill_model::{Defect, Known, Missing};
use serde_json::value::RawValue;

use crate::{
    json,
    limits::{MAX_PACKUMENT_BYTES, MAX_VERSIONS},
    manifest::{self, Account, Manifest, Pairs},
    reader::{Place, Reader, Str},
};

/// The members of a packument that are read, `versions` excepted.
pub(crate) const FIELDS: [&str; 4] = ["name", "dist-tags", "time", "maintainers"];
/// The member with all versions.
pub(crate) const VERSIONS: &str = "versions";

/// What a registry says of a package.
#[derive(Clone, Debug)]
pub struct Packument<'a> {
    /// The name it says it is about; not always the one that was asked for.
    pub name: Known<Str<'a>>,
    /// Tag to version, as sent.
    pub dist_tags: Known<Pairs<'a>>,
    /// Publication times.
    pub times: Known<Times<'a>>,
    /// Owners today.
    pub maintainers: Known<Vec<Account<'a>>>,
    /// Every version that can be had, in the document's order.
    pub versions: Known<Vec<Manifest<'a>>>,
    /// True when there were more versions than the limit; those beyond it are not listed.
    pub truncated: bool,
    /// What is wrong with the document.
    pub defects: Vec<Defect>,
    /// The document, for condensing.
    pub(crate) source: Str<'a>,
}

/// The `time` of a packument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times<'a> {
    /// When the name appeared.
    pub created: Known<Str<'a>>,
    /// When the document changed last.
    pub modified: Known<Str<'a>>,
    /// Set when the whole package was withdrawn.
    pub unpublished: Known<Unpublished<'a>>,
    /// Version to time; withdrawn versions stay here.
    pub versions: Pairs<'a>,
}

/// What is left of a package that was withdrawn as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpublished<'a> {
    /// When.
    pub time: Known<Str<'a>>,
    /// The versions it had.
    pub versions: Vec<Str<'a>>,
}

/// The bytes are no packument at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePackumentError {
    /// Larger than [`MAX_PACKUMENT_BYTES`].
    #[error("packument has {found} bytes, the limit is {MAX_PACKUMENT_BYTES}")]
    TooLarge {
        /// Bytes found.
        found: usize,
    },
    /// Not JSON, or not an object.
    #[error("packument is not a JSON object: line {line}, column {column}: {reason}")]
    NotAnObject {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 when the line could not be begun.
        column: usize,
        /// What the reader met.
        reason: String,
    },
}

/// Reads the document a registry sent.
///
/// Malformed fields are defects and stand as missing; nothing else is spoilt by them.
///
/// # Errors
/// When the bytes are no JSON object, or more than the limit.
pub fn parse(bytes: &[u8]) -> Result<Packument<'_>, ParsePackumentError> {
    if bytes.len() > MAX_PACKUMENT_BYTES {
        return Err(ParsePackumentError::TooLarge { found: bytes.len() });
    }
    let mut reader = Reader::new();
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => {
            reader.defect(
                "byte-order-mark",
                &Place::Root,
                "the document begins with a byte order mark",
            );
            rest
        }
        None => bytes,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_text(text, reader),
        // Clients replace what is no UTF-8 and go on, so it has to be judged, not refused.
        Err(error) => {
            let note = format!(
                "byte {} is not UTF-8; it stands here as U+FFFD",
                error.valid_up_to()
            );
            reader.defect("not-utf8", &Place::Root, note);
            Ok(parse_text(&String::from_utf8_lossy(bytes), reader)?.into_owned())
        }
    }
}

fn parse_text(text: &str, mut reader: Reader) -> Result<Packument<'_>, ParsePackumentError> {
    let split =
        json::split(text, VERSIONS, MAX_VERSIONS).map_err(|error| ParsePackumentError::NotAnObject {
            line: error.line(),
            column: error.column(),
            reason: plain_reason(&error),
        })?;
    let root = Place::Root;
    let (mut fields, mut flat_versions) = ([None; 4], None);
    for (key, value) in split.outer {
        let Some(key) = json::text(key) else { continue };
        if key.text == VERSIONS {
            if flat_versions.replace(value).is_some() {
                reader.duplicate(&Place::Field(&root, VERSIONS));
            }
        } else if let Some((name, slot)) = FIELDS
            .iter()
            .zip(&mut fields)
            .find(|(name, _)| **name == key.text)
            && slot.replace(value).is_some()
        {
            reader.duplicate(&Place::Field(&root, name));
        }
    }
    if split.inner_seen > 1 {
        reader.duplicate(&Place::Field(&root, VERSIONS));
    }
    let [name, tags, times, maintainers] = fields;
    let (versions, cut) = match (split.inner, flat_versions) {
        (Some(raws), _) => {
            let raws = raws
                .into_iter()
                .filter_map(|(key, value)| Some((json::text(key)?, value)))
                .collect();
            (Known::Known(parse_versions(&mut reader, raws)), split.cut)
        }
        (None, raw) => parse_flat_versions(&mut reader, raw),
    };
    if cut {
        let note =
            format!("the document has more than {MAX_VERSIONS} versions; those beyond are not assessed");
        reader.defect("limit-versions", &Place::Field(&root, VERSIONS), note);
    }
    Ok(Packument {
        name: reader.text(name, &Place::Field(&root, "name")),
        dist_tags: reader.pairs(tags, &Place::Field(&root, "dist-tags")),
        times: parse_times(&mut reader, times, &Place::Field(&root, "time")),
        maintainers: reader
            .list(
                maintainers,
                &Place::Field(&root, "maintainers"),
                |reader, raw, place| manifest::account(reader, Some(raw), place).get().cloned(),
            )
            .map(|all| all.into_iter().flatten().collect()),
        versions,
        truncated: cut,
        defects: reader.finish(),
        source: Str::Borrowed(text),
    })
}

/// Versions that did not split in the first pass: another type, or a document that repeats the key with
/// several types.
fn parse_flat_versions<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
) -> (Known<Vec<Manifest<'a>>>, bool) {
    let place = Place::Field(&Place::Root, VERSIONS);
    let Some(raw) = crate::reader::present(raw) else {
        return (Known::Missing(Missing::NotSent), false);
    };
    let (mut raws, mut cut) = (Vec::new(), false);
    let is_object = json::members(raw, |key, value| match raws.len() < MAX_VERSIONS {
        true => raws.push((key, value)),
        false => cut = true,
    });
    if is_object {
        return (Known::Known(parse_versions(reader, raws)), cut);
    }
    reader.wrong_type(&place, json::kind(raw), "an object");
    (Known::Missing(Missing::Malformed), false)
}

fn parse_versions<'a>(reader: &mut Reader, raws: Vec<(json::Text<'a>, &'a RawValue)>) -> Vec<Manifest<'a>> {
    let place = Place::Field(&Place::Root, VERSIONS);
    let unique = reader.last_of_each(raws, &place);
    let mut versions = Vec::with_capacity(unique.len());
    for (version, raw) in unique {
        let key = version.clone();
        versions.push(manifest::parse(reader, version, raw, &Place::Key(&place, &key)));
    }
    versions
}

fn parse_times<'a>(reader: &mut Reader, raw: Option<&'a RawValue>, place: &Place<'_>) -> Known<Times<'a>> {
    let mut unpublished = None;
    let entries = reader.map(raw, place, |reader, value, entry| {
        if matches!(entry, Place::Key(_, "unpublished")) {
            unpublished = Some(value);
            return Known::Missing(Missing::NotSent);
        }
        match reader.text(Some(value), entry) {
            // Nothing but a time may stand here; null is as good as another type.
            Known::Missing(Missing::NotSent) => {
                reader.wrong_type(entry, json::Kind::Null, "a time");
                Known::Missing(Missing::Malformed)
            }
            time => time,
        }
    });
    entries.map(|entries| {
        let unpublished_at = Place::Field(place, "unpublished");
        let mut times = Times {
            created: Known::Missing(Missing::NotSent),
            modified: Known::Missing(Missing::NotSent),
            unpublished: parse_unpublished(reader, unpublished, &unpublished_at),
            versions: Vec::with_capacity(entries.len()),
        };
        for (key, time) in entries {
            match &*key {
                "created" => times.created = time,
                "modified" => times.modified = time,
                "unpublished" => {}
                _ => times.versions.push((key, time)),
            }
        }
        times
    })
}

fn parse_unpublished<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
    place: &Place<'_>,
) -> Known<Unpublished<'a>> {
    let [time, versions] = match reader.pick(raw, ["time", "versions"], place) {
        Known::Known(fields) => fields,
        Known::Missing(reason) => return Known::Missing(reason),
    };
    let listed = reader.list(
        versions,
        &Place::Field(place, "versions"),
        |reader, raw, place| reader.text(Some(raw), place),
    );
    let listed = match listed {
        Known::Known(listed) => listed
            .into_iter()
            .filter_map(|version| version.get().cloned())
            .collect(),
        Known::Missing(_) => Vec::new(),
    };
    Known::Known(Unpublished {
        time: reader.text(time, &Place::Field(place, "time")),
        versions: listed,
    })
}

/// The reader's reason without the place, which is told apart.
fn plain_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}
