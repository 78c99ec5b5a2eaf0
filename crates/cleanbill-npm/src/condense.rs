//! A much smaller packument with only the fields this crate reads, so that a cache can keep small documents.
//! It copies what stands there, faults included: reading the copy gives the same values and defects.
use serde_json::value::RawValue;

use crate::{
    dist,
    json::{self, Kind},
    limits::MAX_VERSIONS,
    manifest,
    packument::{self, Packument},
};

/// The document without what [`packument::parse`] passes over.
///
/// Repairs made before reading (a byte order mark, bytes that are no UTF-8) stay made, so their defects
/// are not found again.
#[must_use]
pub fn condense(packument: &Packument<'_>) -> Vec<u8> {
    let source = &packument.source;
    let Ok(split) = json::split(source, packument::VERSIONS, MAX_VERSIONS) else {
        return source.as_bytes().to_vec();
    };
    let mut out = Vec::with_capacity(source.len() / 3);
    out.push(b'{');
    for (key, value) in &split.outer {
        let name = json::text(key).map(|name| name.text).unwrap_or_default();
        // Versions stand here only when they are no object, or one of several.
        if packument::FIELDS.contains(&&*name) || name == packument::VERSIONS {
            begin_member(&mut out, &[key.get()]);
            out.extend_from_slice(value.get().as_bytes());
        }
    }
    if let Some(versions) = &split.inner {
        for _ in 1..split.inner_seen {
            begin_member(&mut out, &[QUOTED_VERSIONS]);
            out.extend_from_slice(b"{}");
        }
        begin_member(&mut out, &[QUOTED_VERSIONS]);
        out.push(b'{');
        for (version, manifest) in versions {
            begin_member(&mut out, &[version.get()]);
            object(&mut out, manifest, version_member);
        }
        if split.cut {
            // One more than the limit, so that the copy is seen to be cut too.
            begin_member(&mut out, &["\"\""]);
            out.push(b'0');
        }
        out.push(b'}');
    }
    out.push(b'}');
    out
}

const QUOTED_VERSIONS: &str = "\"versions\"";

/// Writes a comma where one is needed, and a quoted key.
fn begin_member(out: &mut Vec<u8>, quoted: &[&str]) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    for part in quoted {
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b':');
}

/// Writes one member's value, or says that it is to be left out.
type Member = fn(&mut Vec<u8>, &str, &RawValue) -> Keep;

enum Keep {
    /// Copy it as it stands.
    Whole,
    /// It was written.
    Written,
    /// Leave it out.
    Not,
}

/// Copies an object member by member; any other value as it stands.
fn object(out: &mut Vec<u8>, raw: &RawValue, member: Member) {
    if json::kind(raw) != Kind::Object {
        out.extend_from_slice(raw.get().as_bytes());
        return;
    }
    out.push(b'{');
    json::members(raw, |name, value| {
        // A half character names no field that is read.
        if name.replaced {
            return;
        }
        let mark = out.len();
        // Every name that is kept is plain, so that quotes are all it takes.
        begin_member(out, &["\"", &name.text, "\""]);
        match member(out, &name.text, value) {
            Keep::Whole => out.extend_from_slice(value.get().as_bytes()),
            Keep::Written => {}
            Keep::Not => out.truncate(mark),
        }
    });
    out.push(b'}');
}

fn nested(out: &mut Vec<u8>, raw: &RawValue, member: Member) -> Keep {
    object(out, raw, member);
    Keep::Written
}

fn whole_if(keep: bool) -> Keep {
    if keep { Keep::Whole } else { Keep::Not }
}

fn version_member(out: &mut Vec<u8>, name: &str, value: &RawValue) -> Keep {
    match name {
        "dist" => nested(out, value, dist_member),
        "scripts" => nested(out, value, |_, event, _| {
            whole_if(manifest::INSTALL_EVENTS.contains(&event))
        }),
        "_npmUser" => nested(out, value, |_, field, _| {
            whole_if(manifest::PUBLISHER_FIELDS.contains(&field))
        }),
        _ => whole_if(manifest::FIELDS.contains(&name)),
    }
}

fn dist_member(out: &mut Vec<u8>, name: &str, value: &RawValue) -> Keep {
    // Of signatures only their presence is read; they are a third of a document.
    if name == "signatures" && json::kind(value) == Kind::Array {
        let mut any = false;
        json::items(value, |_| any = true);
        out.extend_from_slice(if any { b"[0]" } else { b"[]" });
        return Keep::Written;
    }
    whole_if(dist::FIELDS.contains(&name))
}
