//! A comparison for people: chains first, drawn as steps with the code, then the lists; the decision last.
//! It asks no terminal anything; width and colour are given.
use cleanbill_model::{Level, Untrusted};

use super::{DiffReport, views};
use crate::{
    format::{Detail, RenderOptions},
    human::{Ink, Sheet, evidence},
    words,
};

/// Names shown of one list unless everything is asked for.
const USUAL_NAMES: usize = 12;
/// Decoded texts shown unless everything is asked for.
const USUAL_DECODED: usize = 4;

pub(super) fn draw(report: &DiffReport, options: &RenderOptions) -> String {
    let mut sheet = Sheet::new(options);
    let detail = options.detail;
    let title = format!("{} to {}", report.old.spec(), report.new.spec());
    sheet.entry(0, ("from", Ink::Faint), (&title, Ink::Strong));
    for (label, list) in [("gained:", &report.gained), ("lost:", &report.lost)] {
        if !list.is_empty() {
            sheet.entry(2, (label, Ink::Strong), (&list.join(", "), Ink::Plain));
        }
    }
    if report.is_empty() {
        sheet.text(
            2,
            "nothing new is done, spoken to, asked for or started",
            Ink::Plain,
        );
    }
    for chain in &report.chains {
        sheet.gap();
        let label = format!("new chain, {}:", chain.level.as_str());
        sheet.entry(2, (&label, ink(chain.level)), (&chain.title(), Ink::Strong));
        evidence(&mut sheet, &views(&chain.steps), detail);
    }
    let told = |counts: bool| counts || detail > Detail::Quiet;
    for change in report.changes.iter().filter(|change| told(change.counts)) {
        sheet.gap();
        let (label, ink) = if change.counts {
            (format!("new {}:", change.kind), Ink::Held)
        } else {
            (format!("told only, {}:", change.kind), Ink::Faint)
        };
        sheet.entry(2, (&label, ink), (change.note.raw(), Ink::Plain));
        let seen = views(&change.steps);
        // A place whose words are the change's own would say it twice.
        let repeats = seen
            .iter()
            .all(|step| step.note == change.note.raw() && step.excerpt.is_none());
        if !repeats || detail == Detail::Verbose {
            evidence(&mut sheet, &seen, detail);
        }
    }
    if detail > Detail::Quiet {
        lists(&mut sheet, report, detail);
    }
    for missed in &report.unassessed {
        let file = missed.file.as_ref().map(|file| format!("`{}`: ", file.raw()));
        let text = format!("{}{}", file.unwrap_or_default(), missed.reason.raw());
        sheet.entry(2, ("not assessed:", Ink::Open), (&text, Ink::Plain));
    }
    sheet.gap();
    sheet.text(0, report.decision(), report.level.map_or(Ink::Good, ink));
    sheet.finish()
}

fn ink(level: Level) -> Ink {
    match level {
        Level::Block => Ink::Bad,
        Level::Quarantine => Ink::Held,
        Level::Warn => Ink::Strong,
        Level::Note => Ink::Plain,
    }
}

fn lists(sheet: &mut Sheet, report: &DiffReport, detail: Detail) {
    for (added, label) in [(true, "speaks to:"), (false, "no longer speaks to:")] {
        let hosts = report.hosts.iter().filter(|host| host.added == added);
        let named: Vec<String> = hosts
            .map(|host| format!("{} ({})", host.host.raw(), host.class))
            .collect();
        list(sheet, label, &named, detail);
    }
    for (fate, label) in [
        ("added", "asks for:"),
        ("changed", "asks otherwise for:"),
        ("removed", "no longer asks for:"),
    ] {
        let named: Vec<String> = report
            .dependencies
            .iter()
            .filter(|request| request.fate() == fate)
            .map(|request| format!("{} {} ({})", request.name.raw(), request.ranges(), request.map))
            .collect();
        list(sheet, label, &named, detail);
    }
    for files in &report.files {
        for (what, names) in [
            ("added", &files.added),
            ("removed", &files.removed),
            ("changed", &files.changed),
        ] {
            let named: Vec<String> = names
                .iter()
                .map(|name: &Untrusted| name.raw().to_owned())
                .collect();
            list(sheet, &format!("{what} {}:", files.kind), &named, detail);
        }
    }
    if !report.decoded.is_empty() {
        let most = if detail == Detail::Verbose {
            report.decoded.len()
        } else {
            USUAL_DECODED
        };
        sheet.gap();
        sheet.text(2, "decoded for the first time:", Ink::Strong);
        let seen = views(report.decoded.get(..most).unwrap_or(&report.decoded));
        for step in &seen {
            evidence(sheet, std::slice::from_ref(step), detail);
        }
        more(sheet, report.decoded.len().saturating_sub(most));
    }
}

fn list(sheet: &mut Sheet, label: &str, names: &[String], detail: Detail) {
    if names.is_empty() {
        return;
    }
    let most = if detail == Detail::Verbose {
        names.len()
    } else {
        USUAL_NAMES
    };
    sheet.gap();
    let shown = names.get(..most).unwrap_or(names);
    sheet.entry(2, (label, Ink::Strong), (&shown.join(", "), Ink::Plain));
    more(sheet, names.len().saturating_sub(most));
}

fn more(sheet: &mut Sheet, count: usize) {
    if count > 0 {
        let text = format!("and {} (`-v` lists them)", words::counted(count, "more", "more"));
        sheet.text(4, &text, Ink::Faint);
    }
}
