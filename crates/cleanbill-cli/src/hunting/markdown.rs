//! The answer of a hunt as Markdown, for a ticket: evidence as a table, steps as a list to tick off.
//! Text from files stands in code spans or is escaped, so it can neither link, nor mention, nor break a table.
use std::fmt::Write as _;

use cleanbill_hunt::{Answer, Sighting};
use cleanbill_intel::Standing;
use cleanbill_report::escape::visible;

use super::{View, claims, step_name, window};

/// Rows of evidence for one campaign; the rest is in the JSON.
const SHOWN_ROWS: usize = 50;

/// Draws it.
#[must_use]
pub fn draw(view: &View<'_>) -> String {
    let mut out = format!(
        "# Hunt of {}\n\n{}. Looked at {}.\n",
        view.as_of,
        view.counts(),
        view.looked()
    );
    for answer in view.found() {
        campaign(&mut out, answer);
    }
    let unknown: Vec<&Answer<'_>> = view.of(Standing::NotKnown).collect();
    if !unknown.is_empty() {
        out.push_str("\n## Not known\n\n");
        for answer in unknown {
            let _ = writeln!(
                out,
                "- {}: {}",
                code(&answer.campaign.id),
                words(answer.reason.as_deref().unwrap_or_default())
            );
        }
    }
    if !view.hunted.unseen.is_empty() {
        out.push_str("\n## Could not look at\n\n");
        for place in view.hunted.unseen.iter().take(SHOWN_ROWS) {
            let _ = writeln!(out, "- {}: {}", code(&place.place), words(&place.reason));
        }
    }
    out
}

fn campaign(out: &mut String, answer: &Answer<'_>) {
    let _ = writeln!(
        out,
        "\n## {}: {}\n",
        answer.standing.as_str(),
        words(&answer.campaign.name)
    );
    let _ = writeln!(out, "Campaign {}.", code(&answer.campaign.id));
    if let Some(began) = answer.began {
        let _ = writeln!(out, "It began {began}.");
    }
    if let Some(window) = window(answer) {
        let _ = writeln!(out, "It was here: {window}.");
    }
    out.push_str("\n| how far | release | where | when | what was seen |\n|---|---|---|---|---|\n");
    for sighting in answer.sightings.iter().take(SHOWN_ROWS) {
        row(out, sighting);
    }
    if answer.sightings.len() > SHOWN_ROWS {
        let _ = writeln!(out, "\nAnd {} more.", answer.sightings.len() - SHOWN_ROWS);
    }
    out.push_str("\n### First steps\n\n");
    for (number, step) in (1..).zip(&answer.steps) {
        let _ = writeln!(
            out,
            "{number}. [ ] **{}** {}",
            step_name(step.kind),
            words(&step.text)
        );
    }
    let claims = claims(answer);
    if !claims.is_empty() {
        out.push_str("\n### Who says who did it\n\n");
        for claim in claims {
            let _ = writeln!(out, "- {}", words(&claim));
        }
    }
}

fn row(out: &mut String, sighting: &Sighting) {
    let release = sighting
        .release
        .as_ref()
        .map(|(name, version)| code(&format!("{name}@{version}")))
        .unwrap_or_default();
    let place = sighting.line.map_or_else(
        || sighting.place.clone(),
        |line| format!("{}:{line}", sighting.place),
    );
    let when = match &sighting.window {
        Some(window) => {
            let until = window
                .until
                .map_or_else(|| "now".to_owned(), |until| until.to_string());
            window
                .from
                .map(|from| format!("{from} to {until}"))
                .unwrap_or_default()
        }
        None => sighting.at.map(|at| at.to_string()).unwrap_or_default(),
    };
    let _ = writeln!(
        out,
        "| {} | {release} | {} | {when} | {} |",
        sighting.reach.as_str(),
        code(&place),
        words(&sighting.note)
    );
}

/// A code span that its own text cannot end, on one line, in a table.
fn code(text: &str) -> String {
    let text = visible(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}

/// Words with everything that Markdown or a tracker reads as more than words escaped; our backticks stay.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in visible(text).split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        let in_code = at % 2 == 1;
        for c in part.chars() {
            match c {
                '|' => out.push_str("\\|"),
                _ if in_code => out.push(c),
                '<' => out.push_str("&lt;"),
                '&' => out.push_str("&amp;"),
                '[' | ']' | '*' | '_' | '#' | '!' | '\\' => out.extend(['\\', c]),
                // A zero-width joiner would hide; an entity shows the sign and mentions nobody.
                '@' => out.push_str("&#64;"),
                _ => out.push(c),
            }
        }
    }
    if text.matches('`').count() % 2 == 1 {
        out.push('`');
    }
    out
}
