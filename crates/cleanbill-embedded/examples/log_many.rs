//! Measures the verdict log: a hundred thousand records, then the newest on names early, late and absent.
#![expect(clippy::disallowed_methods, reason = "a measurement looks at the clock")]
use std::{error::Error, time::Instant};

use cleanbill_embedded::FileVerdictLog;
use cleanbill_model::{PackageName, Timestamp, Version};
use cleanbill_ports::{VerdictLog as _, VerdictRecord};

const RECORDS: usize = 100_000;
const CALL: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("cleanbill-log-many-{}", std::process::id()));
    let log = FileVerdictLog::in_folder(&folder);
    let json = format!(
        "{{\"schema\":\"cleanbill.inspect/v1\",\"note\":\"{}\"}}",
        "x".repeat(1_200)
    );
    let started = Instant::now();
    for call in 0..RECORDS / CALL {
        let mut records = Vec::with_capacity(CALL);
        for n in 0..CALL {
            records.push(VerdictRecord {
                name: PackageName::parse(&format!("package-{}", call * CALL + n))?,
                version: Version::parse("1.0.0")?,
                decided: Timestamp::from_millis(0),
                json: json.clone(),
            });
        }
        log.append(&records)?;
    }
    println!("{RECORDS} records in calls of {CALL}: {:?}", started.elapsed());
    for name in ["package-99999", "package-50000", "package-0", "absent"] {
        let started = Instant::now();
        let found = log.last(&PackageName::parse(name)?, None)?.is_some();
        println!(
            "{name}: {} in {:?}",
            if found { "found" } else { "not there" },
            started.elapsed()
        );
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
