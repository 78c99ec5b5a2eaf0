//! Where something is, in SARIF's words: a line of the user's lockfile, or a file inside a release.
use serde_sarif::sarif::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};

use super::plain;
use crate::{escape::sarif::uri, report::PackageReport, view::EvidenceView};

/// Paths inside a release hang under this name, so no viewer takes them for files of the project.
pub(super) const RELEASE: &str = "RELEASE";
/// The name of a place that has none; a URI may not be empty.
const NOWHERE: &str = "unnamed";

/// A line of a file of the project.
pub(super) fn in_project(path: &str, line: u32, column: Option<u32>) -> Location {
    located(path, None, Some((line, column)))
}

/// The release itself, by name, for viewers that group by it.
pub(super) fn release(package: &PackageReport) -> LogicalLocation {
    let subject = &package.judgement.subject;
    LogicalLocation::builder()
        .name(subject.spec())
        .fully_qualified_name(subject.to_string())
        .kind("package".to_owned())
        .build()
}

/// A step of proof; a step without a file stands at the release's pin.
pub(super) fn step(step: &EvidenceView<'_>, package: &PackageReport) -> Location {
    let line = step.line.map(|line| (line, step.column));
    let pin = package.pins.first();
    let mut location = match (step.file, pin) {
        (Some(file), _) if package.pins.iter().any(|pin| pin.lockfile.raw() == file) => {
            located(file, None, line)
        }
        (Some(file), _) => located(file, Some(RELEASE), line),
        (None, Some(pin)) => in_project(pin.lockfile.raw(), pin.line, None),
        (None, None) => Location::builder()
            .logical_locations(vec![release(package)])
            .build(),
    };
    let text = match step.decoded {
        Some(decoded) => format!("{}: {decoded}", step.note),
        None => step.note.to_owned(),
    };
    location.message = Some(plain(&text));
    location
}

fn located(path: &str, base: Option<&str>, line: Option<(u32, Option<u32>)>) -> Location {
    let uri = uri(path);
    let uri = if uri.is_empty() { NOWHERE.to_owned() } else { uri };
    let mut artifact = ArtifactLocation::builder().uri(uri).build();
    artifact.uri_base_id = base.map(str::to_owned);
    let mut physical = PhysicalLocation::builder().artifact_location(artifact).build();
    physical.region = line.map(|(line, column)| {
        let mut region = Region::builder().start_line(i64::from(line.max(1))).build();
        region.start_column = column.map(|column| i64::from(column.max(1)));
        region
    });
    Location::builder().physical_location(physical).build()
}
