//! A rehearsal in short: which machines, and what left them. The whole story is the `rehearse` command's.
//! It tells what was seen and weighs nothing.
use super::sheet::{Ink, Sheet};
use crate::report::InspectReport;

/// Most moments told here.
const MOMENTS: usize = 6;

/// Tells it, where there was one.
pub(super) fn tell(sheet: &mut Sheet, report: &InspectReport) {
    let Some(story) = report.rehearsal.first() else {
        return;
    };
    sheet.gap();
    let machines: Vec<&str> = report
        .rehearsal
        .iter()
        .map(|story| story.machine.as_str())
        .filter(|machine| !machine.is_empty())
        .collect();
    if !machines.is_empty() {
        sheet.entry(
            2,
            ("rehearsed on:", Ink::Faint),
            (&machines.join(", "), Ink::Plain),
        );
    }
    let loud = report
        .rehearsal
        .iter()
        .find(|story| story.moments.iter().any(|moment| !moment.stolen.is_empty()))
        .unwrap_or(story);
    for moment in loud.moments.iter().take(MOMENTS) {
        let stolen: Vec<&str> = moment.stolen.iter().map(|name| name.raw()).collect();
        let with = if stolen.is_empty() {
            String::new()
        } else {
            format!(", taking {}", stolen.join(", "))
        };
        let at = format!("{} ms:", moment.at_ms);
        let text = format!("{}{with}", moment.did.raw());
        sheet.entry(4, (&at, Ink::Faint), (&text, Ink::Plain));
    }
    let more = loud.moments.len().saturating_sub(MOMENTS) + loud.more;
    if more > 0 {
        let text = format!("and {more} more; `cleanbill rehearse` tells them all");
        sheet.text(4, &text, Ink::Faint);
    }
    for stop in &loud.stops {
        sheet.entry(4, ("ended early:", Ink::Faint), (stop.raw(), Ink::Plain));
    }
}
