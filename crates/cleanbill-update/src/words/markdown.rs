//! A comparison as one Markdown comment, which an action updates in place by its first line.
//! Every text of a package stands in a code span, where Markdown, links and mentions mean nothing.
use std::fmt::Write as _;

use cleanbill_model::{Untrusted, Verdict};
use cleanbill_report::escape::visible;

use crate::{
    compare::{Came, Comparison},
    weigh::worst,
};

/// The first line, by which the comment is found again.
pub const MARK: &str = "<!-- cleanbill-update -->";
/// Releases told one by one; a comment has a size limit of 65,536 characters.
const MAX_TOLD: usize = 60;
/// Longest text of a package in one span.
const MAX_SPAN: usize = 300;

/// Draws it.
#[must_use]
pub fn comparison(comparison: &Comparison) -> String {
    let mut out = format!("{MARK}\n## Dependencies that change\n\n");
    let held = comparison
        .came
        .iter()
        .filter(|came| came.judgement.verdict >= Verdict::Quarantine)
        .count();
    let _ = writeln!(
        out,
        "{} in {}: {} new or moved, {} gone, {held} held or blocked, {} pinned anew.\n",
        word(comparison.verdict()),
        span(&comparison.head),
        comparison.came.len(),
        comparison.went.len(),
        comparison.repinned.len()
    );
    for pin in &comparison.repinned {
        let _ = writeln!(
            out,
            "- **same version, other pin** {} (line {}): {}",
            span(&pin.purl.spec()),
            pin.line,
            pin.what
        );
    }
    for came in comparison.came.iter().take(MAX_TOLD) {
        one(&mut out, came);
    }
    if comparison.came.len() > MAX_TOLD {
        let _ = writeln!(
            out,
            "- and {} more; the JSON has them all",
            comparison.came.len() - MAX_TOLD
        );
    }
    if !comparison.went.is_empty() {
        let gone: Vec<String> = comparison
            .went
            .iter()
            .take(MAX_TOLD)
            .map(|purl| span(&purl.spec()))
            .collect();
        let _ = writeln!(out, "\nGone: {}", gone.join(", "));
    }
    out
}

fn one(out: &mut String, came: &Came) {
    let moved = match &came.from {
        Some(from) => format!(
            "{} {} to {}",
            span(came.purl.name.as_str()),
            span(from.as_str()),
            span(came.purl.version.as_str())
        ),
        None => format!("{} (new)", span(&came.purl.spec())),
    };
    let _ = writeln!(out, "- **{}** {moved}", word(came.judgement.verdict));
    if came.judgement.verdict >= Verdict::Quarantine {
        let _ = writeln!(out, "  - {}", span(&worst(&came.judgement)));
    }
    if let Some(until) = came.judgement.until {
        let _ = writeln!(out, "  - ready at {}", span(&until.to_string()));
    }
    for id in &came.fixes {
        let _ = writeln!(out, "  - fixes {}", span(id.raw()));
    }
    for change in &came.changes {
        let _ = writeln!(out, "  - {}", span(change.raw()));
    }
}

/// The verdict's word for a heading.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Block => "blocked",
        Verdict::Quarantine => "held",
        Verdict::Unassessed => "not assessed",
        Verdict::Allow => "allowed",
    }
}

/// A code span nothing can leave: what cannot be seen and every backtick are spelt out.
fn span(text: &str) -> String {
    let clipped = Untrusted::clipped(text, MAX_SPAN);
    let seen = visible(clipped.raw()).replace('`', "\\u{60}");
    let seen = seen.trim();
    if seen.is_empty() {
        "` `".to_owned()
    } else {
        format!("`{seen}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_span() {
        for text in [
            "`@team` [x](https://evil.example)",
            "a\n\n# b",
            "``",
            "",
            "<img src=x>",
            "\u{202e}",
        ] {
            let span = span(text);
            assert_eq!(span.matches('`').count(), 2, "{span}");
            assert!(
                !span.contains('\n') && span.starts_with('`') && span.ends_with('`'),
                "{span}"
            );
        }
    }
}
