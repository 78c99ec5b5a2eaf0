//! The answer of a hunt for a terminal: what was found first, what to do next, then how far it looked.
//! Every word that came from a file goes through the terminal's escaper.
use std::fmt::Write as _;

use cleanbill_hunt::{Answer, CommitSeen, Sighting, Window};
use cleanbill_intel::Standing;
use cleanbill_report::{Colour, Detail, RenderOptions, escape::terminal::line};
use owo_colors::OwoColorize as _;

use super::{View, claims, window};

/// Evidence shown for one campaign unless asked for more.
const SHOWN_EVIDENCE: usize = 8;
/// Commits and branches shown for one window unless asked for more.
const SHOWN_COMMITS: usize = 3;
/// Unread places shown unless asked for more.
const SHOWN_UNSEEN: usize = 5;

/// Draws it.
#[must_use]
pub fn draw(view: &View<'_>, options: &RenderOptions) -> String {
    let mut out = String::new();
    let all = options.detail == Detail::Verbose;
    for answer in view.found() {
        campaign(&mut out, answer, options, all);
    }
    let unknown: Vec<&Answer<'_>> = view.of(Standing::NotKnown).collect();
    if !unknown.is_empty() && options.detail != Detail::Quiet {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for answer in &unknown {
            let reason = answer.reason.as_deref().unwrap_or("the file tells too little");
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, ids)) => ids.push(&answer.campaign.id),
                None => reasons.push((reason, vec![&answer.campaign.id])),
            }
        }
        for (reason, ids) in reasons {
            let shown = if all || ids.len() <= 3 {
                ids.join(", ")
            } else {
                format!("{} campaigns", ids.len())
            };
            let _ = writeln!(out, "not known: {}\n  {}", line(&shown), line(reason));
        }
        out.push('\n');
    }
    let unseen = &view.hunted.unseen;
    if !unseen.is_empty() && options.detail != Detail::Quiet {
        let _ = writeln!(out, "could not look at:");
        let shown = if all { unseen.len() } else { SHOWN_UNSEEN };
        for place in unseen.iter().take(shown) {
            let edge = place
                .before
                .map(|before| format!(" (touches campaigns from before {before})"))
                .unwrap_or_default();
            let _ = writeln!(out, "  {}: {}{edge}", line(&place.place), line(&place.reason));
        }
        let more = u64::try_from(unseen.len().saturating_sub(shown))
            .unwrap_or(0)
            .saturating_add(view.hunted.unseen_unnamed);
        if more > 0 {
            let _ = writeln!(out, "  and {more} more");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", view.counts());
    let _ = writeln!(out, "looked at {}", view.looked());
    out
}

fn campaign(out: &mut String, answer: &Answer<'_>, options: &RenderOptions, all: bool) {
    let word = answer.standing.as_str().to_uppercase();
    let word = match (options.colour, answer.standing) {
        (Colour::Always, Standing::Exposed) => word.red().bold().to_string(),
        (Colour::Always, _) => word.yellow().bold().to_string(),
        _ => word,
    };
    let _ = writeln!(
        out,
        "{word} to `{}`: {}",
        line(&answer.campaign.id),
        line(&answer.campaign.name)
    );
    if let Some(began) = answer.began {
        let _ = writeln!(out, "  began     {began}");
    }
    if let Some(window) = window(answer) {
        let _ = writeln!(out, "  here      {window}");
    }
    let _ = writeln!(out, "  evidence");
    let shown = if all {
        answer.sightings.len()
    } else {
        SHOWN_EVIDENCE
    };
    for sighting in answer.sightings.iter().take(shown) {
        evidence(out, sighting, all);
    }
    if answer.sightings.len() > shown {
        let _ = writeln!(
            out,
            "    and {} more; -v shows them",
            answer.sightings.len() - shown
        );
    }
    if !answer.within_reach.is_empty() {
        let _ = writeln!(out, "  within reach of its code");
        for words in &answer.within_reach {
            paragraph(out, "    - ", words, options.width);
        }
    }
    if options.detail != Detail::Quiet {
        let _ = writeln!(out, "  first steps");
        for (number, step) in (1..).zip(&answer.steps) {
            paragraph(out, &format!("    {number}. "), &step.text, options.width);
        }
        for claim in claims(answer) {
            paragraph(out, "  note: ", &claim, options.width);
        }
    }
    out.push('\n');
}

fn evidence(out: &mut String, sighting: &Sighting, all: bool) {
    let at = sighting
        .line
        .map(|number| format!(":{number}"))
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "    {:12} {}{at}",
        sighting.reach.as_str(),
        line(&sighting.place)
    );
    let _ = writeln!(out, "    {:12} {}", "", line(&sighting.note));
    if let Some(window) = &sighting.window {
        history(out, window, all);
    } else if let Some(at) = sighting.at {
        let _ = writeln!(out, "    {:12} at {at}", "");
    }
}

fn history(out: &mut String, window: &Window, all: bool) {
    let shown = if all { usize::MAX } else { SHOWN_COMMITS };
    let mut commits = |what: &str, commits: &[CommitSeen]| {
        for commit in commits.iter().take(shown) {
            let id = commit.id.get(..12).unwrap_or(&commit.id);
            let _ = writeln!(
                out,
                "    {:12} {what} {} by {id}: {}",
                "",
                commit.at,
                line(&commit.summary)
            );
        }
    };
    commits("in ", &window.introduced);
    commits("out", &window.removed);
    let names = |names: &[String]| {
        names
            .iter()
            .take(shown)
            .map(|name| line(name).into_owned())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !window.branches.is_empty() {
        let _ = writeln!(out, "    {:12} in the history of {}", "", names(&window.branches));
    }
    if !window.still_on.is_empty() {
        let _ = writeln!(out, "    {:12} still on {}", "", names(&window.still_on));
    }
}

/// Escaped text broken at words, hanging below its mark.
fn paragraph(out: &mut String, mark: &str, text: &str, width: usize) {
    let text = line(text);
    let room = width.max(40).saturating_sub(mark.len());
    let (mut used, mut first) = (0, true);
    out.push_str(mark);
    for word in text.split(' ') {
        let length = word.chars().count();
        if !first && used + 1 + length > room {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', mark.len()));
            (used, first) = (0, true);
        }
        if !first {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
        first = false;
    }
    out.push('\n');
}
