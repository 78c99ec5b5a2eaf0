//! An OSV record as it stands on the wire, as far as it is read.
//! What decides has its type here; the rest stays raw, so that a wrong type there costs only itself.
use serde::Deserialize;
use serde_json::value::RawValue;

/// The fields that decide; a wrong type here makes the record unreadable.
#[derive(Deserialize)]
pub(super) struct Record<'a> {
    pub(super) id: String,
    #[serde(default)]
    pub(super) affected: Option<Vec<AffectedPackage<'a>>>,
    #[serde(borrow, default)]
    pub(super) published: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) modified: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) withdrawn: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) aliases: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) references: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct AffectedPackage<'a> {
    #[serde(default)]
    pub(super) package: Option<Package>,
    #[serde(borrow, default)]
    pub(super) versions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) ranges: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    #[serde(default)]
    pub(super) ecosystem: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SeverityEntry {
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) score: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) url: Option<String>,
}

/// What a record says of itself beside the schema.
#[derive(Deserialize)]
pub(super) struct RecordSpecific<'a> {
    #[serde(rename = "malicious-packages-origins", borrow, default)]
    pub(super) origins: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) cwe_ids: Option<&'a RawValue>,
}

/// What it says of one package.
#[derive(Deserialize, Default)]
pub(super) struct PackageSpecific<'a> {
    #[serde(borrow, default)]
    pub(super) indicators: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) last_known_affected_version_range: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) cwes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Indicators<'a> {
    #[serde(borrow, default)]
    pub(super) package_integrity: Option<Vec<PackageIntegrity<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct PackageIntegrity<'a> {
    #[serde(borrow, default)]
    pub(super) hashes: Option<&'a RawValue>,
}
