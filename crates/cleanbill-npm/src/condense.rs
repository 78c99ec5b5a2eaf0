//! A much smaller packument with only the fields this crate reads, so that a cache can keep small documents.
//! It copies what stands there, faults included: reading the copy gives the same values and defects.
use serde_json::value::RawValue;

use crate::{
    dist, json,
    json::Kind,
    manifest,
    packument::{self, Packument},
};

/// The document without what [`Packument::parse`] passes over.
///
/// Repairs made before reading (a byte order mark, bytes that are no UTF-8) stay made, so their defects
/// are not found again.
#[must_use]
pub fn condense(packument: &Packument<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(packument.source.len() / 3);
    match serde_json::from_str::<&RawValue>(&packument.source) {
        Ok(raw) => object(&mut out, raw, packument_member),
        Err(_) => out.extend_from_slice(packument.source.as_bytes()),
    }
    out
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
    let mut first = true;
    json::members(raw, |key, value| {
        let Some(name) = json::text(key) else { return };
        let mark = out.len();
        if !first {
            out.push(b',');
        }
        out.extend_from_slice(key.get().as_bytes());
        out.push(b':');
        match member(out, &name.text, value) {
            Keep::Whole => out.extend_from_slice(value.get().as_bytes()),
            Keep::Written => {}
            Keep::Not => {
                out.truncate(mark);
                return;
            }
        }
        first = false;
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

fn packument_member(out: &mut Vec<u8>, name: &str, value: &RawValue) -> Keep {
    if name == packument::VERSIONS {
        return nested(out, value, |out, _, version| nested(out, version, version_member));
    }
    whole_if(packument::FIELDS.contains(&name))
}

fn version_member(out: &mut Vec<u8>, name: &str, value: &RawValue) -> Keep {
    match name {
        "dist" => nested(out, value, dist_member),
        "scripts" => nested(out, value, |_, event, _| whole_if(manifest::INSTALL_EVENTS.contains(&event))),
        "_npmUser" => nested(out, value, |_, field, _| whole_if(manifest::PUBLISHER_FIELDS.contains(&field))),
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
