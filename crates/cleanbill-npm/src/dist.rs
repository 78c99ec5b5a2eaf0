//! What a packument says of a release's tarball: where it is, its digests, what vouches for it.
//! It compares no digest and follows no address.
use cleanbill_model::{Known, Missing};
use serde_json::value::RawValue;

use crate::{
    json::{self, Kind},
    reader::{Place, Reader, Str, present},
};

/// The members of `dist` that are read.
pub(crate) const FIELDS: [&str; 7] = [
    "tarball",
    "integrity",
    "shasum",
    "attestations",
    "signatures",
    "unpackedSize",
    "fileCount",
];

/// The `dist` of a version, each field as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dist<'a> {
    /// Address of the tarball.
    pub tarball: Known<Str<'a>>,
    /// SRI text.
    pub integrity: Known<Str<'a>>,
    /// Hexadecimal SHA-1.
    pub shasum: Known<Str<'a>>,
    /// True when an attestation is named; false when none is.
    pub attested: Known<bool>,
    /// True when the registry signed it.
    pub signed: Known<bool>,
    /// Bytes once unpacked.
    pub unpacked_size: Known<u64>,
    /// Files in the tarball.
    pub file_count: Known<u64>,
}

pub(crate) fn parse<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
    place: &Place<'_>,
) -> Known<Dist<'a>> {
    let [tarball, integrity, shasum, attestations, signatures, size, files] =
        match reader.pick(raw, FIELDS, place) {
            Known::Known(fields) => fields,
            Known::Missing(reason) => return Known::Missing(reason),
        };
    Known::Known(Dist {
        tarball: reader.text(tarball, &Place::Field(place, "tarball")),
        integrity: reader.text(integrity, &Place::Field(place, "integrity")),
        shasum: reader.text(shasum, &Place::Field(place, "shasum")),
        attested: filled(
            reader,
            attestations,
            Kind::Object,
            &Place::Field(place, "attestations"),
        ),
        signed: filled(
            reader,
            signatures,
            Kind::Array,
            &Place::Field(place, "signatures"),
        ),
        unpacked_size: reader.count(size, &Place::Field(place, "unpackedSize")),
        file_count: reader.count(files, &Place::Field(place, "fileCount")),
    })
}

/// True for a list or object with something in it, false for an empty or absent one.
fn filled(reader: &mut Reader, raw: Option<&RawValue>, wanted: Kind, place: &Place<'_>) -> Known<bool> {
    let Some(raw) = present(raw) else {
        return Known::Known(false);
    };
    let found = json::kind(raw);
    if found != wanted {
        reader.wrong_type(place, found, wanted.words());
        return Known::Missing(Missing::Malformed);
    }
    let inside = raw
        .get()
        .get(1..raw.get().len().saturating_sub(1))
        .unwrap_or_default();
    Known::Known(!inside.trim_ascii().is_empty())
}
