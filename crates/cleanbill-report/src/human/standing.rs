//! How the run itself stood: what was not to be had, the feeds, the clients' settings, idle waivers.
//! A feed that is missing is said outright; silence here would read as "all clear".
use super::sheet::{Ink, Sheet};
use crate::{
    format::Detail,
    report::{AuditReport, FeedLine, FeedState, WaiverState},
    words,
};

/// What the feeds' standing lets one say of a release that nothing speaks against.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// Every feed was there and fresh.
    Whole,
    /// Something may have been missed for want of a feed.
    Lacking,
    /// A stored answer that does not say.
    NotKept,
}

/// True when a lookup of known malware or flaws may have missed something for want of a feed.
pub(crate) fn feeds_lacking(report: &AuditReport) -> bool {
    report.feeds.is_empty() || report.feeds.iter().any(|feed| feed.state != FeedState::Fresh)
}

/// The same for the closing line on one release.
pub(crate) fn lookup(report: &AuditReport) -> Lookup {
    if feeds_lacking(report) {
        Lookup::Lacking
    } else {
        Lookup::Whole
    }
}

/// All of it, in the order of what it may hide.
pub(crate) fn tell(sheet: &mut Sheet, report: &AuditReport, detail: Detail) {
    feeds(sheet, report, detail);
    if detail == Detail::Quiet {
        return;
    }
    if !report.not_known.is_empty() {
        sheet.gap();
        sheet.text(0, "not known in this run", Ink::Strong);
        for fact in &report.not_known {
            let text = format!("{}: {} ({})", fact.what, fact.reason, words::releases(fact.count));
            sheet.entry(2, ("-", Ink::Faint), (&text, Ink::Plain));
        }
    }
    if !report.client_settings.is_empty() {
        sheet.gap();
        sheet.text(0, "your package managers' own rules", Ink::Strong);
        for setting in &report.client_settings {
            let value = setting
                .value
                .as_ref()
                .map_or("not set".to_owned(), |value| format!("`{}`", value.raw()));
            let origin = setting
                .origin
                .as_ref()
                .map_or(String::new(), |file| format!(" in `{}`", file.raw()));
            let text = format!("`{}` {value}{origin}; here: {}", setting.setting, setting.ours);
            sheet.entry(2, (&setting.client, Ink::Faint), (&text, Ink::Plain));
        }
    }
    waivers(sheet, report);
}

fn feeds(sheet: &mut Sheet, report: &AuditReport, detail: Detail) {
    if report.feeds.is_empty() {
        sheet.gap();
        let text =
            "none is set up, so known malware and vulnerabilities were not looked up; see `cleanbill feed`";
        sheet.entry(0, ("feeds:", Ink::Open), (text, Ink::Plain));
        return;
    }
    let told = |feed: &&FeedLine| detail > Detail::Quiet || feed.state != FeedState::Fresh;
    if !report.feeds.iter().any(|feed| told(&feed)) {
        return;
    }
    sheet.gap();
    sheet.text(0, "feeds", Ink::Strong);
    for feed in report.feeds.iter().filter(told) {
        let ink = if feed.state == FeedState::Fresh {
            Ink::Good
        } else {
            Ink::Open
        };
        sheet.entry(
            2,
            (feed.state.as_str(), ink),
            (&feed_words(feed, report), Ink::Plain),
        );
    }
}

fn feed_words(feed: &FeedLine, report: &AuditReport) -> String {
    let mut text = format!("`{}`", feed.name);
    if !matches!(feed.state, FeedState::Missing | FeedState::Unreadable) {
        let malicious = words::number(usize::try_from(feed.malicious).unwrap_or(usize::MAX));
        let vulnerable = words::number(usize::try_from(feed.vulnerable).unwrap_or(usize::MAX));
        text.push_str(&format!(": {malicious} malicious, {vulnerable} vulnerable"));
    }
    if let Some(synced) = feed.synced {
        text.push_str(&format!(", synced {} ago", report.as_of.since(synced)));
    }
    match &feed.problem {
        Some(problem) => text.push_str(&format!("; {}", problem.raw())),
        None if feed.state == FeedState::Fresh => {}
        None => text.push_str("; what only it knows was not looked up"),
    }
    text
}

fn waivers(sheet: &mut Sheet, report: &AuditReport) {
    if report.waivers.is_empty() {
        return;
    }
    sheet.gap();
    sheet.text(0, "waivers that did nothing", Ink::Strong);
    for waiver in &report.waivers {
        let state = match waiver.state {
            WaiverState::Unused => "matched nothing, remove it".to_owned(),
            WaiverState::Expired(end) => format!("expired {}", words::moment(end)),
        };
        let text = format!(
            "`{}` for {}: {state} (by {}: {})",
            waiver.audit.raw(),
            waiver.release.raw(),
            waiver.owner.raw(),
            waiver.reason.raw()
        );
        sheet.entry(2, ("-", Ink::Faint), (&text, Ink::Plain));
    }
}
