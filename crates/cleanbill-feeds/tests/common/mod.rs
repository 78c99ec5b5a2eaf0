//! Small feeds for tests: archives and folders made on the spot.
#![allow(dead_code, reason = "each test file uses its own part")]
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use cleanbill_feeds::FeedSettings;
use cleanbill_model::{Age, Timestamp};
use serde_json::json;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T12:00:00Z").unwrap()
}

pub fn settings(name: &str, source: &Path) -> FeedSettings {
    FeedSettings {
        name: name.to_owned(),
        source: source.display().to_string(),
        max_age: Age::days(2),
    }
}

pub fn malicious(id: &str, package: &str, versions: &[&str]) -> String {
    json!({
        "id": id, "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "summary": format!("Malicious code in {package} (npm)"),
        "affected": [{"package": {"ecosystem": "npm", "name": package}, "versions": versions}],
    })
    .to_string()
}

pub fn zip(path: &Path, entries: &[(&str, &[u8])]) -> PathBuf {
    let mut archive = ZipWriter::new(File::create(path).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    path.to_owned()
}
