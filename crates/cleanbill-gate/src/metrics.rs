//! What the gate has done, counted, in the text form that Prometheus reads.
//! It counts and knows no reasons.
use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use cleanbill_model::Verdict;

/// Upper bounds of the buckets of request times, in microseconds, and as Prometheus writes them.
const BUCKETS: [(u64, &str); 8] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (5_000, "0.005"),
    (25_000, "0.025"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];
/// What requests are about.
pub(crate) const KINDS: [&str; 5] = ["document", "tarball", "passed", "own", "nothing"];
/// Classes of status.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counters.
#[derive(Default)]
pub struct Metrics {
    requests: [[AtomicU64; CLASSES.len()]; KINDS.len()],
    buckets: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
    count: AtomicU64,
    verdicts: [AtomicU64; 4],
    bytes: AtomicU64,
    documents_made: AtomicU64,
    documents_failed: AtomicU64,
    examined: AtomicU64,
    examined_shared: AtomicU64,
    log_failures: AtomicU64,
    limited: AtomicU64,
    unauthorised: AtomicU64,
    reloads: AtomicU64,
    found_bad: AtomicU64,
    judging_micros: AtomicU64,
    reading_micros: AtomicU64,
}

/// A counter of whoever runs the gate, told with its own.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Its name, without `cleanbill_`.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// How far it is.
    pub value: Arc<AtomicU64>,
}

/// A counter that goes up by one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    DocumentMade,
    DocumentFailed,
    Examined,
    ExaminedShared,
    LogFailure,
    Limited,
    Unauthorised,
    Reload,
    FoundBad,
}

impl Metrics {
    pub(crate) fn count(&self, what: Count) {
        let counter = match what {
            Count::DocumentMade => &self.documents_made,
            Count::DocumentFailed => &self.documents_failed,
            Count::Examined => &self.examined,
            Count::ExaminedShared => &self.examined_shared,
            Count::LogFailure => &self.log_failures,
            Count::Limited => &self.limited,
            Count::Unauthorised => &self.unauthorised,
            Count::Reload => &self.reloads,
            Count::FoundBad => &self.found_bad,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes time that went into a judgement by metadata.
    pub(crate) fn judged_for(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.judging_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Notes time that went into a reading of code.
    pub(crate) fn read_for(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.reading_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Time spent judging and reading code, each added up over everything.
    pub(crate) fn spent(&self) -> (Duration, Duration) {
        let read = |counter: &AtomicU64| Duration::from_micros(counter.load(Ordering::Relaxed));
        (read(&self.judging_micros), read(&self.reading_micros))
    }

    pub(crate) fn request(&self, kind: usize, status: u16, micros: u64) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(kind).and_then(|classes| classes.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        for ((bound, _), counter) in BUCKETS.iter().zip(&self.buckets) {
            if micros <= *bound {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn tarball(&self, verdict: Verdict, bytes: usize) {
        if let Some(counter) = self.verdicts.get(verdict as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.bytes
            .fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
    }

    /// Everything, as Prometheus reads it.
    #[must_use]
    pub fn render(&self, others: &[Counter]) -> String {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut out = String::with_capacity(4096);
        // Writing to a string does not fail.
        let mut line = |text: std::fmt::Arguments<'_>| {
            let _ = writeln!(out, "{text}");
        };
        line(format_args!(
            "# HELP cleanbill_requests_total Requests, by what they are about and the class of the answer.\n# TYPE cleanbill_requests_total counter"
        ));
        for (kind, classes) in KINDS.iter().zip(&self.requests) {
            for (class, counter) in CLASSES.iter().zip(classes) {
                line(format_args!(
                    "cleanbill_requests_total{{kind=\"{kind}\",status=\"{class}\"}} {}",
                    read(counter)
                ));
            }
        }
        line(format_args!(
            "# HELP cleanbill_request_seconds Time from the request to the answer's head.\n# TYPE cleanbill_request_seconds histogram"
        ));
        for ((_, bound), counter) in BUCKETS.iter().zip(&self.buckets) {
            line(format_args!(
                "cleanbill_request_seconds_bucket{{le=\"{bound}\"}} {}",
                read(counter)
            ));
        }
        let micros = read(&self.micros);
        line(format_args!(
            "cleanbill_request_seconds_bucket{{le=\"+Inf\"}} {}",
            read(&self.count)
        ));
        line(format_args!(
            "cleanbill_request_seconds_sum {}.{:06}",
            micros / 1_000_000,
            micros % 1_000_000
        ));
        line(format_args!(
            "cleanbill_request_seconds_count {}",
            read(&self.count)
        ));
        line(format_args!(
            "# HELP cleanbill_tarballs_total Tarballs asked for, by verdict.\n# TYPE cleanbill_tarballs_total counter"
        ));
        for (verdict, counter) in [
            Verdict::Allow,
            Verdict::Unassessed,
            Verdict::Quarantine,
            Verdict::Block,
        ]
        .iter()
        .zip(&self.verdicts)
        {
            line(format_args!(
                "cleanbill_tarballs_total{{verdict=\"{}\"}} {}",
                verdict.as_str(),
                read(counter)
            ));
        }
        for (name, help, counter) in [
            ("tarball_bytes_total", "Bytes of tarballs served.", &self.bytes),
            (
                "documents_made_total",
                "Documents judged and cut.",
                &self.documents_made,
            ),
            (
                "documents_failed_total",
                "Documents that could not be had.",
                &self.documents_failed,
            ),
            (
                "examinations_total",
                "Releases whose code was read.",
                &self.examined,
            ),
            (
                "examinations_shared_total",
                "Releases whose code another had read.",
                &self.examined_shared,
            ),
            (
                "log_failures_total",
                "Events that could not be kept.",
                &self.log_failures,
            ),
            (
                "limited_total",
                "Requests turned away by the rate limit.",
                &self.limited,
            ),
            (
                "unauthorised_total",
                "Requests turned away for want of a token.",
                &self.unauthorised,
            ),
            ("reloads_total", "Times the rules were read anew.", &self.reloads),
            (
                "found_bad_total",
                "Served releases found bad later.",
                &self.found_bad,
            ),
        ] {
            line(format_args!(
                "# HELP cleanbill_{name} {help}\n# TYPE cleanbill_{name} counter\ncleanbill_{name} {}",
                read(counter)
            ));
        }
        for seconds in [
            (
                "judging_seconds_total",
                "Time spent judging documents.",
                &self.judging_micros,
            ),
            (
                "reading_seconds_total",
                "Time spent reading code.",
                &self.reading_micros,
            ),
        ] {
            let (name, help, micros) = (seconds.0, seconds.1, read(seconds.2));
            line(format_args!(
                "# HELP cleanbill_{name} {help}\n# TYPE cleanbill_{name} counter\ncleanbill_{name} {}.{:06}",
                micros / 1_000_000,
                micros % 1_000_000
            ));
        }
        for Counter { name, help, value } in others {
            line(format_args!(
                "# HELP cleanbill_{name} {help}\n# TYPE cleanbill_{name} counter\ncleanbill_{name} {}",
                read(value)
            ));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told_and_buckets_hold_those_below() {
        let metrics = Metrics::default();
        metrics.request(1, 403, 700);
        metrics.request(1, 200, 3_000_000);
        metrics.tarball(Verdict::Block, 0);
        metrics.tarball(Verdict::Allow, 12);
        let told = metrics.render(&[Counter {
            name: "others_total",
            help: "Others.",
            value: Arc::new(AtomicU64::new(7)),
        }]);
        for line in [
            "cleanbill_requests_total{kind=\"tarball\",status=\"4xx\"} 1",
            "cleanbill_request_seconds_bucket{le=\"0.0005\"} 0",
            "cleanbill_request_seconds_bucket{le=\"0.001\"} 1",
            "cleanbill_request_seconds_bucket{le=\"10\"} 2",
            "cleanbill_request_seconds_bucket{le=\"+Inf\"} 2",
            "cleanbill_request_seconds_sum 3.000700",
            "cleanbill_tarballs_total{verdict=\"block\"} 1",
            "cleanbill_tarballs_total{verdict=\"allow\"} 1",
            "cleanbill_tarball_bytes_total 12",
            "cleanbill_others_total 7",
        ] {
            assert!(told.lines().any(|found| found == line), "{line} in\n{told}");
        }
        let mut helped: Vec<&str> = told.lines().filter(|line| line.starts_with("# TYPE")).collect();
        let count = helped.len();
        helped.dedup();
        assert_eq!(helped.len(), count, "each metric is told of once");
    }
}
