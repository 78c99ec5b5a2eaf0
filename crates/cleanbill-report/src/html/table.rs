//! How the run stood, as tables at the end of the page: lockfiles, feeds, what was not known, settings.
use crate::{
    report::{AuditReport, FeedState, WaiverState},
    words,
};

/// A table of text.
pub(super) struct Table {
    pub title: &'static str,
    pub head: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
}

/// Every table that has a row.
pub(super) fn all(report: &AuditReport) -> Vec<Table> {
    let tables = [
        lockfiles(report),
        defects(report),
        feeds(report),
        not_known(report),
        settings(report),
        waivers(report),
    ];
    tables
        .into_iter()
        .filter(|table| !table.rows.is_empty())
        .collect()
}

fn lockfiles(report: &AuditReport) -> Table {
    let rows = report.lockfiles.iter().map(|lockfile| {
        let state = if lockfile.error.is_some() {
            "not read".to_owned()
        } else {
            words::releases(lockfile.releases)
        };
        let format = format!("{}{}", lockfile.format, words::version(&lockfile.version));
        vec![
            lockfile.path.raw().to_owned(),
            format,
            state,
            words::number(lockfile.entries),
        ]
    });
    Table {
        title: "Lockfiles",
        head: &["path", "format", "releases", "entries"],
        rows: rows.collect(),
    }
}

fn defects(report: &AuditReport) -> Table {
    let rows = report.lockfiles.iter().flat_map(|lockfile| {
        lockfile.defects.iter().map(|defect| {
            let place = format!("{}: {}", lockfile.path.raw(), defect.place.raw());
            vec![place, defect.note.raw().to_owned(), defect.code.to_owned()]
        })
    });
    Table {
        title: "Flaws in lockfiles",
        head: &["place", "what stood there", "kind"],
        rows: rows.collect(),
    }
}

fn feeds(report: &AuditReport) -> Table {
    let number = |n: u64| words::number(usize::try_from(n).unwrap_or(usize::MAX));
    let rows = report.feeds.iter().map(|feed| {
        let counted = !matches!(feed.state, FeedState::Missing | FeedState::Unreadable);
        let count = |n: u64| if counted { number(n) } else { String::new() };
        let synced = feed.synced.map_or(String::new(), words::moment);
        let problem = feed
            .problem
            .as_ref()
            .map_or(String::new(), |problem| problem.raw().to_owned());
        let state = feed.state.as_str().to_owned();
        vec![
            feed.name.clone(),
            state,
            synced,
            count(feed.malicious),
            count(feed.vulnerable),
            problem,
        ]
    });
    Table {
        title: "Feeds",
        head: &["feed", "state", "synced", "malicious", "vulnerable", ""],
        rows: rows.collect(),
    }
}

fn not_known(report: &AuditReport) -> Table {
    let rows = report
        .not_known
        .iter()
        .map(|fact| vec![fact.what.clone(), fact.reason.clone(), words::number(fact.count)]);
    Table {
        title: "Not known in this run",
        head: &["fact", "why not", "releases"],
        rows: rows.collect(),
    }
}

fn settings(report: &AuditReport) -> Table {
    let rows = report.client_settings.iter().map(|setting| {
        let value = setting
            .value
            .as_ref()
            .map_or("not set".to_owned(), |value| value.raw().to_owned());
        let origin = setting
            .origin
            .as_ref()
            .map_or(String::new(), |origin| origin.raw().to_owned());
        vec![
            setting.client.clone(),
            setting.setting.clone(),
            value,
            origin,
            setting.ours.clone(),
        ]
    });
    let head = &["client", "setting", "value", "from", "here"];
    Table {
        title: "Your package managers' own rules",
        head,
        rows: rows.collect(),
    }
}

fn waivers(report: &AuditReport) -> Table {
    let rows = report.waivers.iter().map(|waiver| {
        let state = match waiver.state {
            WaiverState::Unused => "matched nothing".to_owned(),
            WaiverState::Expired(end) => format!("expired {}", words::moment(end)),
        };
        let texts = [&waiver.release, &waiver.audit, &waiver.owner, &waiver.reason];
        texts
            .iter()
            .map(|text| text.raw().to_owned())
            .chain([state])
            .collect()
    });
    let head = &["release", "audit", "owner", "reason", "state"];
    Table {
        title: "Waivers that did nothing",
        head,
        rows: rows.collect(),
    }
}
