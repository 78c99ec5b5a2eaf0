//! The suite of [`VerdictLog`].
//! It does not know where the records go.
use cleanbill_model::{PackageName, Timestamp, Version};
use cleanbill_ports::{VerdictLog, VerdictRecord};

/// A record with a judgement of `text`.
///
/// # Panics
/// When the name or the version is none.
#[must_use]
#[expect(clippy::expect_used, reason = "a suite fails by panicking")]
pub fn record(name: &str, version: &str, millis: i64, text: &str) -> VerdictRecord {
    VerdictRecord {
        name: PackageName::parse(name).expect("a package name"),
        version: Version::parse(version).expect("a version"),
        decided: Timestamp::from_millis(millis),
        json: text.to_owned(),
    }
}

/// Runs the suite on an empty log; `open` gives a new handle to the same log each time.
///
/// # Panics
/// When the log breaks a promise of the port.
#[expect(clippy::expect_used, reason = "a suite fails by panicking")]
pub fn verdict_log<L: VerdictLog>(open: impl Fn() -> L + Sync) {
    let log = open();
    let last = |log: &L, name: &str, version: Option<&str>| {
        let name = PackageName::parse(name).expect("a package name");
        let version = version.map(|version| Version::parse(version).expect("a version"));
        log.last(&name, version.as_ref()).expect("a log that can be read")
    };
    let append = |log: &L, records: &[VerdictRecord]| log.append(records).expect("a log that can be written");

    assert_eq!(last(&log, "left", None), None, "an empty log has something");
    append(&log, &[]);
    assert_eq!(
        last(&log, "left", None),
        None,
        "appending nothing appended something"
    );

    let first = record("left", "1.0.0", 1_000, "{\"verdict\":\"allow\"}");
    let second = record("left", "1.0.1", 2_000, "{\n  \"verdict\": \"block\"\n}\n");
    let other = record(
        "@scope/left",
        "1.0.0",
        3_000,
        "{\"name\":\"left\",\"note\":\"\\\"name\\\":\\\"left\\\"\"}",
    );
    append(&log, &[first.clone(), second.clone(), other.clone()]);
    assert_eq!(
        last(&log, "left", None),
        Some(second.clone()),
        "the newest is not the last appended"
    );
    assert_eq!(
        last(&log, "left", Some("1.0.0")),
        Some(first),
        "the version asked for is not found"
    );
    assert_eq!(
        last(&log, "left", Some("2.0.0")),
        None,
        "a version never decided has a record"
    );
    assert_eq!(
        last(&log, "@scope/left", None),
        Some(other),
        "a scoped name is not found"
    );
    for near in ["lef", "leftt", "LEFT", "@scope/lef"] {
        assert_eq!(last(&log, near, None), None, "{near} is taken for left");
    }

    let again = record("left", "1.0.0", 500, "{\"verdict\":\"quarantine\"}");
    append(&log, std::slice::from_ref(&again));
    assert_eq!(
        last(&open(), "left", None),
        Some(again.clone()),
        "another handle does not read the newest"
    );
    assert_eq!(
        last(&open(), "left", Some("1.0.1")),
        Some(second),
        "an older version is gone"
    );

    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (open, append, last) = (&open, &append, &last);
            scope.spawn(move || {
                let log = open();
                for round in 0..20 {
                    let text = format!("{{\"round\":{round}}}");
                    let name = format!("writer-{writer}");
                    let batch = [
                        record(&name, "1.0.0", round, &text),
                        record(&format!("{name}-b"), "1.0.0", round, &text),
                    ];
                    append(&log, &batch);
                    let seen = last(&log, &name, None).map(|record| record.json);
                    assert_eq!(seen, Some(text), "a writer does not read its own record");
                }
            });
        }
    });
    for writer in 0..4 {
        let both = ["", "-b"]
            .map(|end| last(&log, &format!("writer-{writer}{end}"), None).map(|record| record.json));
        assert_eq!(
            both,
            [
                Some("{\"round\":19}".to_owned()),
                Some("{\"round\":19}".to_owned())
            ]
        );
    }
}
