//! One release in words: its heading, how it comes in, each finding with its proof, what to type.
//! It tells what it is given; what is worth telling is its caller's choice.
use cleanbill_model::{Level, Verdict};

use super::{
    frame::{self, Frame},
    sheet::{Ink, Sheet},
};
use crate::{
    format::Detail,
    report::{PackageReport, PinPlace},
    view::{EvidenceView, FindingView, ReleaseView},
    words,
};

/// Ways into the tree shown unless everything is asked for.
const USUAL_PATHS: usize = 1;
/// Steps of one way shown; a longer way is cut in the middle.
const MAX_PATH_STEPS: usize = 12;

/// The colour of a verdict.
pub(crate) fn ink(verdict: Verdict) -> Ink {
    match verdict {
        Verdict::Block => Ink::Bad,
        Verdict::Quarantine => Ink::Held,
        Verdict::Unassessed => Ink::Open,
        Verdict::Allow => Ink::Good,
    }
}

fn level_ink(level: Level) -> Ink {
    match level {
        Level::Block => Ink::Bad,
        Level::Quarantine => Ink::Held,
        Level::Warn => Ink::Strong,
        Level::Note => Ink::Plain,
    }
}

/// `blocked left@1.2.3` and, for the held, until when.
pub(crate) fn heading(sheet: &mut Sheet, view: &ReleaseView<'_>) {
    sheet.gap();
    let label = format!("{}:", words::verdict(view.verdict));
    sheet.entry(0, (&label, ink(view.verdict)), (&view.spec, Ink::Strong));
    if let Some(until) = view.until.filter(|_| view.verdict == Verdict::Quarantine) {
        let text = format!("{}, if nothing else is found", words::until(until, view.as_of));
        sheet.entry(2, ("until:", Ink::Faint), (&text, Ink::Plain));
    }
}

/// The ways from a root to the release.
pub(crate) fn ways(sheet: &mut Sheet, package: &PackageReport, detail: Detail) {
    let shown = if detail == Detail::Verbose {
        package.paths.len()
    } else {
        USUAL_PATHS
    };
    for path in package.paths.iter().take(shown) {
        sheet.entry(2, ("way in:", Ink::Faint), (&way(path), Ink::Plain));
    }
    let more = package.paths.len().saturating_sub(shown) + package.more_paths;
    if more > 0 {
        let hint = if detail == Detail::Verbose {
            ""
        } else {
            " (`-v` lists them)"
        };
        let text = format!("and {}{hint}", words::counted(more, "other way", "other ways"));
        sheet.text(10, &text, Ink::Faint);
    }
    match (package.dev, package.optional) {
        (true, true) => sheet.entry(
            2,
            ("needed:", Ink::Faint),
            ("for development only, and optional", Ink::Plain),
        ),
        (true, false) => sheet.entry(2, ("needed:", Ink::Faint), ("for development only", Ink::Plain)),
        (false, true) => sheet.entry(2, ("needed:", Ink::Faint), ("optionally", Ink::Plain)),
        (false, false) => {}
    }
}

/// `app > a@1.0.0 > b@2.0.0`, a very long way cut in the middle.
pub(crate) fn way(path: &[cleanbill_model::Untrusted]) -> String {
    let steps: Vec<&str> = path.iter().map(|step| step.raw()).collect();
    if steps.len() <= MAX_PATH_STEPS {
        return steps.join(" > ");
    }
    let half = MAX_PATH_STEPS / 2;
    let start = steps.get(..half).unwrap_or_default().join(" > ");
    let end = steps.get(steps.len() - half..).unwrap_or_default().join(" > ");
    format!(
        "{start} > … {} … > {end}",
        words::counted(steps.len() - MAX_PATH_STEPS, "step", "steps")
    )
}

/// What we saw, why it matters, what to do, and the proof.
pub(crate) fn finding(sheet: &mut Sheet, finding: &FindingView<'_>, detail: Detail) {
    sheet.gap();
    let label = if finding.waived {
        "waived:"
    } else {
        level_word(finding.level)
    };
    let ink = if finding.waived {
        Ink::Faint
    } else {
        level_ink(finding.level)
    };
    sheet.entry(
        2,
        (label, ink),
        (&format!("{} [{}]", finding.title, finding.audit), Ink::Strong),
    );
    let sure = format!(
        "severity {}, confidence {}",
        finding.severity.as_str(),
        finding.confidence
    );
    sheet.text(4, &sure, Ink::Faint);
    if !finding.what.is_empty() {
        sheet.text(4, finding.what, Ink::Plain);
    }
    if !finding.why.is_empty() {
        sheet.entry(4, ("why:", Ink::Faint), (finding.why, Ink::Plain));
    }
    if !finding.advice.is_empty() {
        sheet.entry(4, ("do:", Ink::Strong), (finding.advice, Ink::Plain));
    }
    if let Some(because) = finding.because {
        sheet.entry(4, ("policy:", Ink::Faint), (because, Ink::Plain));
    }
    evidence(sheet, &finding.evidence, detail);
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Block => "block:",
        Level::Quarantine => "hold:",
        Level::Warn => "warn:",
        Level::Note => "note:",
    }
}

/// Steps of one finding's proof shown unless everything is asked for.
const USUAL_STEPS: usize = 4;

/// The steps of a proof, numbered, each with its decoded value and a frame into the source.
pub(crate) fn evidence(sheet: &mut Sheet, steps: &[EvidenceView<'_>], detail: Detail) {
    let shown = if detail == Detail::Verbose {
        steps.len()
    } else {
        USUAL_STEPS
    };
    for (i, step) in steps.iter().take(shown).enumerate() {
        let label = if steps.len() > 1 {
            format!("{}.", i + 1)
        } else {
            "seen:".to_owned()
        };
        let place = place(step);
        let text = match (place.is_empty(), step.note.is_empty()) {
            (false, false) => format!("{} ({place})", step.note),
            (false, true) => place,
            (true, _) => step.note.to_owned(),
        };
        if !text.is_empty() {
            sheet.entry(4, (&label, Ink::Faint), (&text, Ink::Plain));
        }
        if let Some(decoded) = step.decoded {
            sheet.entry(6, ("decoded:", Ink::Faint), (decoded, Ink::Link));
        }
        if let (Some(file), Some(line), Some(source)) = (step.file, step.line, step.excerpt) {
            frame::draw(
                sheet,
                6,
                &Frame {
                    path: file,
                    line,
                    column: step.column,
                    source,
                    label: "",
                },
            );
        }
    }
    if steps.len() > shown {
        let text = format!(
            "and {} (`-v` shows them)",
            words::counted(steps.len() - shown, "step more", "steps more")
        );
        sheet.text(4, &text, Ink::Faint);
    }
}

fn place(step: &EvidenceView<'_>) -> String {
    match (step.file, step.line, step.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(file), Some(line), None) => format!("{file}:{line}"),
        (Some(file), None, _) => file.to_owned(),
        (None, ..) => String::new(),
    }
}

/// The place in the lockfile, framed; further places by name.
pub(crate) fn pins(sheet: &mut Sheet, pins: &[PinPlace], detail: Detail) {
    let Some(first) = pins.first() else { return };
    sheet.gap();
    if first.text.raw().trim().is_empty() {
        sheet.entry(2, ("pinned:", Ink::Faint), (&at(first), Ink::Plain));
    } else {
        let (path, source) = (first.lockfile.raw(), first.text.raw());
        frame::draw(
            sheet,
            2,
            &Frame {
                path,
                line: first.line,
                column: None,
                source,
                label: "pinned here",
            },
        );
    }
    let others = pins.get(1..).unwrap_or_default();
    if detail == Detail::Verbose {
        for pin in others {
            sheet.entry(2, ("also:", Ink::Faint), (&at(pin), Ink::Plain));
        }
    } else if !others.is_empty() {
        let text = format!(
            "and in {} (`-v` lists them)",
            words::counted(others.len(), "other place", "other places")
        );
        sheet.text(2, &text, Ink::Faint);
    }
}

fn at(pin: &PinPlace) -> String {
    format!("{}:{}", pin.lockfile.raw(), pin.line)
}

/// What could not be assessed.
pub(crate) fn unassessed(sheet: &mut Sheet, view: &ReleaseView<'_>) {
    for missed in &view.unassessed {
        let text = match missed.file {
            Some(file) => format!("`{file}`: {}", missed.reason),
            None => missed.reason.to_owned(),
        };
        sheet.entry(2, ("not assessed:", Ink::Open), (&text, Ink::Plain));
    }
}

/// What to type.
pub(crate) fn commands(sheet: &mut Sheet, commands: &[String]) {
    for (i, command) in commands.iter().enumerate() {
        if i == 0 {
            sheet.gap();
        }
        sheet.whole(2, ("run:", Ink::Strong), command, Ink::Link);
    }
}
