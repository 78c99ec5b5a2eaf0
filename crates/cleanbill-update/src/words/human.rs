//! The plan for people: what must be left first, then what may wait, each with its reasons.
//! Every line goes through the terminal's escaper; width is the terminal's own affair.
use std::fmt::Write as _;

use cleanbill_model::{Purl, Timestamp, Untrusted, Verdict};
use cleanbill_ports::FeedState;
use cleanbill_report::{
    Colour, Detail, RenderOptions,
    escape::{shell, terminal},
};

use super::json::Applied;
use crate::{
    plan::{Cause, Choice, Entry, How, PassedOver, Plan},
    project::Ask,
};

/// Names told of requests and of those who hold a version back.
const MAX_NAMES: usize = 4;
/// Reasons told of a version passed over, unless everything is asked for.
const MAX_REASONS: usize = 2;

/// Tells what was done.
#[must_use]
pub fn applied(applied: &[Applied], options: &RenderOptions) -> String {
    let mut page = Page {
        out: String::new(),
        colour: options.colour,
    };
    if applied.is_empty() {
        page.line(0, "there was nothing to carry out", Ink::Plain);
    }
    for done in applied {
        if !done.files.is_empty() {
            page.line(
                0,
                &format!("changed by way of {}: {}", done.client, done.files.join(", ")),
                Ink::Good,
            );
        }
        for (label, list) in [("came:", &done.added), ("went:", &done.removed)] {
            if !list.is_empty() {
                page.entry(label, &list.join(", "));
            }
        }
        for one in &done.admitted {
            page.entry(
                "let in:",
                &format!(
                    "{}, by installs of this project on this machine, until {}",
                    one.purl.spec(),
                    one.until
                ),
            );
        }
        if !done.admitted.is_empty() {
            page.entry(
                "note:",
                "other machines hold these until then, unless a `[[waiver]]` of `release-young` in their policy lets them in",
            );
        }
        for left in &done.left {
            page.line(
                0,
                &format!(
                    "left to you: {} {} to {}: {}",
                    left.name, left.from, left.to, left.why
                ),
                if left.must { Ink::Held } else { Ink::Plain },
            );
        }
    }
    page.out
}

/// Draws a plan; `carried_out` is true where it is about to be, or was.
#[must_use]
pub fn plan(plan: &Plan, carried_out: bool, options: &RenderOptions) -> String {
    let mut page = Page {
        out: String::new(),
        colour: options.colour,
    };
    page.line(
        0,
        &format!("{}: {} releases looked at", plan.lockfile, plan.considered),
        Ink::Strong,
    );
    let must: Vec<&Entry> = plan
        .entries
        .iter()
        .filter(|entry| entry.cause < Cause::Outdated)
        .collect();
    let may: Vec<&Entry> = plan
        .entries
        .iter()
        .filter(|entry| {
            entry.cause == Cause::Outdated && (entry.choice.is_some() || !entry.passed_over.is_empty())
        })
        .collect();
    for entry in must
        .iter()
        .chain(may.iter().filter(|_| options.detail > Detail::Quiet))
    {
        page.gap();
        one(&mut page, entry, plan.as_of, options.detail);
    }
    let beyond: Vec<String> = plan
        .entries
        .iter()
        .filter_map(|entry| {
            Some(format!(
                "{} {} to {}",
                entry.name,
                entry.from,
                entry.beyond.as_ref()?
            ))
        })
        .collect();
    if !beyond.is_empty() && options.detail > Detail::Quiet {
        page.gap();
        page.line(
            0,
            &format!(
                "{} have newer versions beyond what the manifests take; `--major` weighs them",
                beyond.len()
            ),
            Ink::Plain,
        );
        let shown = if options.detail == Detail::Verbose {
            beyond.len()
        } else {
            MAX_NAMES
        };
        page.line(2, &some(&beyond, shown), Ink::Faint);
    }
    if !plan.removable.is_empty() {
        page.gap();
        page.line(
            0,
            "overrides that are needed no more, since everything that asks takes what they say:",
            Ink::Plain,
        );
        for one in &plan.removable {
            page.line(2, &format!("{} {}: {}", one.file, one.at, one.value), Ink::Plain);
        }
    }
    if !plan.unknown.is_empty() {
        page.gap();
        let names: Vec<String> = plan
            .unknown
            .iter()
            .map(|(name, reason)| format!("{name} ({reason})"))
            .collect();
        page.line(
            0,
            &format!(
                "nothing could be learnt of {}: {}",
                names.len(),
                some(&names, MAX_NAMES)
            ),
            Ink::Held,
        );
    }
    feeds(&mut page, plan);
    page.gap();
    let unmended = plan.unmended().count();
    let proposed = plan.proposals().count();
    let mut end = format!("{proposed} updates proposed");
    if unmended > 0 {
        let _ = write!(
            end,
            ", {unmended} held or vulnerable releases that nothing proposed here mends"
        );
    }
    page.line(0, &end, if unmended > 0 { Ink::Held } else { Ink::Good });
    if proposed > 0 && !carried_out {
        page.line(
            0,
            "nothing was changed; `cleanbill update --apply` carries it out behind a gate",
            Ink::Plain,
        );
    }
    page.out
}

fn standing(state: FeedState) -> &'static str {
    match state {
        FeedState::Fresh => "fresh",
        FeedState::Stale => "out of date",
        FeedState::Absent => "never brought in",
        FeedState::Empty => "empty",
        FeedState::Broken => "unreadable",
    }
}

/// What a plan cannot know for want of feeds. Without them it would look as if nothing were wrong.
fn feeds(page: &mut Page, plan: &Plan) {
    let stale: Vec<String> = plan
        .feeds
        .iter()
        .filter(|feed| feed.state != FeedState::Fresh)
        .map(|feed| format!("`{}` ({})", feed.name, standing(feed.state)))
        .collect();
    if !stale.is_empty() {
        page.gap();
        let told = format!(
            "advisories may be wanting, since feeds do not stand well: {}",
            some(&stale, MAX_NAMES)
        );
        page.line(0, &told, Ink::Held);
    } else if !plan.feeds.iter().any(|feed| feed.vulnerable > 0) {
        page.gap();
        page.line(
            0,
            "no feed of vulnerabilities is set up, so that none are known here; `cleanbill feed --help` tells how",
            Ink::Held,
        );
    }
}

/// One entry in a line.
#[must_use]
pub fn head(entry: &Entry) -> String {
    let kind = if entry.asks.is_empty() {
        ", brought in by others"
    } else {
        ""
    };
    let head = match &entry.choice {
        Some(choice) => format!(
            "{} {} to {} ({}{kind}, {} step)",
            entry.name,
            entry.from,
            choice.to,
            entry.cause.as_str(),
            choice.step.as_str()
        ),
        None => format!(
            "{} {} stays ({}{kind}): nothing in reach can be vouched for",
            entry.name,
            entry.from,
            entry.cause.as_str()
        ),
    };
    terminal::line(&head).to_string()
}

/// Everything that is known of one entry, without its head.
#[must_use]
pub fn reasons(entry: &Entry, as_of: Timestamp) -> String {
    let mut page = Page {
        out: String::new(),
        colour: Colour::Never,
    };
    body(&mut page, entry, as_of, Detail::Verbose);
    page.out
}

fn one(page: &mut Page, entry: &Entry, as_of: Timestamp, detail: Detail) {
    let ink = match (&entry.choice, entry.cause) {
        (Some(_), cause) if cause < Cause::Outdated => Ink::Held,
        (Some(_), _) => Ink::Good,
        (None, cause) if cause <= Cause::Vulnerable => Ink::Bad,
        (None, _) => Ink::Plain,
    };
    page.line(0, &head(entry), ink);
    body(page, entry, as_of, detail);
}

fn body(page: &mut Page, entry: &Entry, as_of: Timestamp, detail: Detail) {
    for problem in &entry.problems {
        let url = problem
            .url
            .as_ref()
            .map(|url| format!(" {}", url.raw()))
            .unwrap_or_default();
        page.entry(
            "has:",
            &format!("{} {}{url}", problem.id.raw(), problem.summary.raw()),
        );
    }
    if let Some(choice) = &entry.choice {
        chosen(page, choice, detail);
    } else if !entry.wanted_by.is_empty() && entry.asks.is_empty() {
        page.entry("asked for by:", &some(&entry.wanted_by, MAX_NAMES));
    }
    for group in alike(&entry.passed_over) {
        page.entry("not:", &not_taken(&group, as_of, detail));
    }
    if entry.choice.is_none()
        && let Some(beyond) = &entry.beyond
    {
        page.entry(
            "beyond:",
            &format!(
                "{beyond} is newer than the manifest takes; `cleanbill update {} --major` weighs it",
                shell::word(entry.name.as_str())
            ),
        );
    }
}

fn chosen(page: &mut Page, choice: &Choice, detail: Detail) {
    if let Some((first, more)) = choice.why.split_first() {
        page.entry("why:", first.raw());
        let more: Vec<&str> = more.iter().map(Untrusted::raw).collect();
        if !more.is_empty() {
            page.entry("why:", &more.join("; "));
        }
    }
    if !choice.still.is_empty() {
        let ids: Vec<String> = choice.still.iter().map(|id| id.raw().to_owned()).collect();
        page.entry("still has:", &some(&ids, MAX_NAMES));
    }
    for change in &choice.changes {
        page.entry("new:", change.raw());
    }
    if !choice.brings.is_empty() {
        let names: Vec<String> = choice.brings.iter().map(Purl::spec).collect();
        let shown = if detail == Detail::Verbose {
            names.len()
        } else {
            MAX_NAMES
        };
        page.entry("new:", &format!("brings in {}", some(&names, shown)));
    }
    for admission in &choice.admissions {
        page.entry(
            "lets in:",
            &format!(
                "{} for the fix, by name and until {}",
                admission.purl.spec(),
                admission.until
            ),
        );
    }
    match &choice.how {
        How::Lockfile => page.entry("how:", "the lockfile alone; every request takes it"),
        How::Manifest(written) => rewritten(page, written),
        How::Override { until, written } => {
            rewritten(page, written);
            let until = some(until, MAX_NAMES);
            page.entry(
                "how:",
                &format!("an override, to be removed when these ask for it themselves: {until}"),
            );
        }
        How::ByHand(specifier) => page.entry(
            "how:",
            &format!("by hand: it is asked for as `{specifier}`, which is not written anew here"),
        ),
    }
    if let Some(repository) = &choice.repository {
        page.entry("source:", &link(repository.raw()));
    }
    if choice.verdict == Verdict::Unassessed {
        page.entry(
            "note:",
            "it could not be assessed in full, and the policy lets that pass",
        );
    }
}

fn rewritten(page: &mut Page, written: &[(Ask, String)]) {
    for (ask, new) in written {
        let folder = if ask.folder.is_empty() {
            String::new()
        } else {
            format!("{}/", ask.folder)
        };
        page.entry(
            "how:",
            &format!(
                "{folder}package.json: {} {} becomes {new}",
                ask.key, ask.specifier
            ),
        );
    }
}

/// What a package says of its source, as a link where it is one written in another way.
fn link(repository: &str) -> String {
    let bare = repository.strip_prefix("git+").unwrap_or(repository);
    let bare = bare.strip_suffix(".git").unwrap_or(bare);
    let known = |short: &str, host: &str| {
        bare.strip_prefix(short)
            .map(|path| format!("https://{host}/{path}"))
    };
    let parts = || bare.split('/').filter(|part| !part.is_empty()).count();
    if let Some(link) = known("github:", "github.com").or_else(|| known("gitlab:", "gitlab.com")) {
        return link;
    }
    for lead in ["git://", "ssh://git@", "git@"] {
        if let Some(rest) = bare.strip_prefix(lead) {
            return format!("https://{}", rest.replacen(':', "/", 1));
        }
    }
    if !bare.contains(':') && parts() == 2 {
        return format!("https://github.com/{bare}");
    }
    bare.to_owned()
}

/// Versions one after another that were passed over for the same reasons.
fn alike(passed: &[PassedOver]) -> Vec<Vec<&PassedOver>> {
    let mut groups: Vec<Vec<&PassedOver>> = Vec::new();
    for one in passed {
        match groups.last_mut() {
            Some(group)
                if group
                    .last()
                    .is_some_and(|last| last.reasons == one.reasons && last.ready == one.ready) =>
            {
                group.push(one);
            }
            _ => groups.push(vec![one]),
        }
    }
    groups
}

fn not_taken(group: &[&PassedOver], as_of: Timestamp, detail: Detail) -> String {
    let Some(passed) = group.first() else {
        return String::new();
    };
    let versions: Vec<String> = group.iter().map(|one| one.version.to_string()).collect();
    let versions = some(&versions, MAX_NAMES);
    let shown = if detail == Detail::Verbose {
        passed.reasons.len()
    } else {
        MAX_REASONS
    };
    let reasons: Vec<&str> = passed.reasons.iter().take(shown).map(Untrusted::raw).collect();
    let mut text = format!("{versions}: {}", reasons.join("; "));
    if passed.reasons.len() > shown {
        let _ = write!(text, "; and {} more", passed.reasons.len() - shown);
    }
    if let Some(ready) = passed.ready {
        let _ = write!(text, "; ready at {ready}, in {}", ready.since(as_of));
    }
    text
}

fn some(names: &[String], shown: usize) -> String {
    let mut text = names.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > shown {
        let _ = write!(text, " and {} more", names.len() - shown);
    }
    text
}

#[derive(Clone, Copy)]
enum Ink {
    Plain,
    Strong,
    Faint,
    Good,
    Held,
    Bad,
}

impl Ink {
    /// The escape sequence that begins it.
    fn start(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\u{1b}[1m",
            Self::Faint => "\u{1b}[2m",
            Self::Good => "\u{1b}[1;32m",
            Self::Held => "\u{1b}[1;33m",
            Self::Bad => "\u{1b}[1;31m",
        }
    }
}

struct Page {
    out: String,
    colour: Colour,
}

impl Page {
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn line(&mut self, indent: usize, text: &str, ink: Ink) {
        let (start, end) = if self.colour == Colour::Always && !ink.start().is_empty() {
            (ink.start(), "\u{1b}[0m")
        } else {
            ("", "")
        };
        let _ = writeln!(self.out, "{:indent$}{start}{}{end}", "", terminal::line(text));
    }

    fn entry(&mut self, label: &str, text: &str) {
        self.line(2, &format!("{label} {text}"), Ink::Plain);
    }
}
