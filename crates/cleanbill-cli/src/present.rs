//! An outcome made ready to tell: judgements joined with the lockfile lines and tree paths they concern.
//! It decides nothing and draws nothing.
use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_engine::{AuditOutcome, InspectOutcome, NotKnown as Lacking, Subject};
use cleanbill_facts::{Rehearsal, pin::Scope};
use cleanbill_lockfile::Lockfile;
use cleanbill_model::{AuditMeta, Hint, Judgement, Level, Timestamp, Untrusted, Verdict};
use cleanbill_policy::{Policy, UnassessedAction, WaiverState as Outcome};
use cleanbill_ports as ports;
use cleanbill_report::{
    AuditReport, BroughtIn, FeedLine, FeedState, InspectReport, LockfileProblem, LockfileReport, Moment,
    NotKnown, PackageReport, PinPlace, Story, UnassessedRule, WaiverNote, WaiverState,
};

use crate::discover::Found;

/// Lines of a lockfile shown from an entry on.
const FRAME_LINES: usize = 4;
/// Longest line shown of a lockfile, in characters: minified ones are one line.
const FRAME_COLUMNS: usize = 160;
/// The version of Cleanbill.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every audit's description.
#[must_use]
pub fn audits() -> Vec<AuditMeta> {
    CATALOGUE.iter().map(|audit| *audit.meta()).collect()
}

/// The report on a project.
#[must_use]
pub fn audit_report(
    outcome: &AuditOutcome,
    found: &[Found],
    policy: &Policy,
    as_of: Timestamp,
) -> AuditReport {
    // Lockfile indices of the outcome count the readable ones only.
    let readable: Vec<&Found> = found.iter().filter(|found| found.lockfile.is_ok()).collect();
    let trees: Vec<Tree<'_>> = readable.iter().filter_map(|found| Tree::of(found)).collect();
    let mut report = AuditReport::new(as_of, VERSION);
    report.unassessed = unassessed_rule(policy);
    report.lockfiles = found
        .iter()
        .map(|found| lockfile_report(found, outcome))
        .collect();
    report.packages = outcome
        .judged
        .iter()
        .map(|(subject, judgement)| package_report(subject, judgement, &trees))
        .collect();
    report.not_known = not_known(&outcome.not_known);
    report.not_known.extend(unread(outcome));
    report.feeds = outcome.feeds.iter().map(feed_line).collect();
    report
        .not_known
        .extend(unfed(&report.feeds, report.packages.len()));
    report.waivers = waivers(policy, &outcome.waivers);
    report.audits = audits();
    report
}

/// The report on one release.
#[must_use]
pub fn inspect_report(outcome: InspectOutcome, policy: &Policy) -> InspectReport {
    InspectReport {
        unassessed: unassessed_rule(policy),
        brings_in: outcome
            .edges
            .iter()
            .filter(|edge| edge.verdict >= Verdict::Quarantine)
            .map(|edge| BroughtIn {
                spec: edge.resolved.spec().into(),
                range: edge.range.clone().into(),
                verdict: edge.verdict,
                reason: edge
                    .worst
                    .as_ref()
                    .map(|(title, _)| title.clone())
                    .unwrap_or_default(),
            })
            .collect(),
        rehearsal: outcome.rehearsal.as_ref().map(stories).unwrap_or_default(),
        not_known: not_known(&outcome.not_known),
        feeds: outcome.feeds.iter().map(feed_line).collect(),
        audits: audits(),
        tool_version: VERSION.into(),
        judgement: outcome.judgement,
    }
}

/// A rehearsal as the views tell it.
fn stories(rehearsal: &Rehearsal) -> Vec<Story> {
    let mut stories: Vec<Story> = rehearsal
        .machines
        .iter()
        .map(|machine| Story {
            machine: machine.name.clone(),
            moments: machine
                .moments
                .iter()
                .map(|moment| Moment {
                    at_ms: moment.at_ms,
                    place: moment.place.clone().into(),
                    did: moment.did.clone().into(),
                    stolen: moment.stolen.iter().map(|name| name.clone().into()).collect(),
                })
                .collect(),
            more: machine.more,
            stops: machine.stops.iter().map(|stop| stop.clone().into()).collect(),
        })
        .collect();
    if let Some(problem) = &rehearsal.problem {
        stories.push(Story {
            stops: vec![problem.clone().into()],
            ..Story::default()
        });
    }
    stories
}

fn unassessed_rule(policy: &Policy) -> UnassessedRule {
    match policy.unassessed {
        UnassessedAction::Hold => UnassessedRule::Hold,
        UnassessedAction::Warn => UnassessedRule::Tell,
    }
}

fn lockfile_report(found: &Found, outcome: &AuditOutcome) -> LockfileReport {
    match &found.lockfile {
        Ok(named) => LockfileReport {
            path: found.path.as_ref().into(),
            format: named.lockfile.format.into(),
            version: named.lockfile.version.clone(),
            releases: outcome
                .judged
                .iter()
                .filter(|(subject, _)| subject.pins.iter().any(|(_, _, pin)| pin.file == found.path))
                .count(),
            entries: named.lockfile.packages.len(),
            defects: named.lockfile.defects.clone(),
            error: None,
        },
        Err(error) => LockfileReport {
            path: found.path.as_ref().into(),
            error: Some(LockfileProblem {
                message: format!("cannot read lockfile `{}`: {error}", found.path).into(),
                hint: error.hint().map(|Hint(text)| Untrusted::new(text.into_owned())),
            }),
            ..LockfileReport::default()
        },
    }
}

/// A lockfile with its ways from the roots and its lines.
struct Tree<'a> {
    lockfile: &'a Lockfile,
    root: String,
    paths: Vec<Vec<Vec<usize>>>,
    lines: Vec<&'a str>,
    shown: &'a str,
    /// The purl of each entry, written once: every entry that depends on it names it again.
    purls: Vec<Option<String>>,
}

impl<'a> Tree<'a> {
    fn of(found: &'a Found) -> Option<Self> {
        let lockfile = &found.lockfile.as_ref().ok()?.lockfile;
        let named = lockfile
            .roots
            .iter()
            .find(|root| root.path.is_empty())
            .and_then(|root| root.name.clone());
        let folder = || {
            found
                .file
                .parent()
                .and_then(|folder| folder.file_name())
                .map(|name| name.to_string_lossy().into_owned())
        };
        Some(Self {
            lockfile,
            root: named.or_else(folder).unwrap_or_else(|| ".".into()),
            paths: lockfile.paths(),
            lines: found.text.lines().collect(),
            shown: &found.path,
            purls: lockfile
                .packages
                .iter()
                .map(|locked| locked.purl().map(|purl| purl.to_string()))
                .collect(),
        })
    }

    fn spec(&self, index: usize) -> Untrusted {
        let Some(locked) = self.lockfile.packages.get(index) else {
            return Untrusted::default();
        };
        match (&locked.name, &locked.version) {
            (Some(name), Some(version)) => format!("{name}@{version}").into(),
            _ => locked.key.clone(),
        }
    }

    fn ways(&self, index: usize) -> impl Iterator<Item = Vec<Untrusted>> {
        self.paths.get(index).into_iter().flatten().map(|path| {
            std::iter::once(Untrusted::new(self.root.clone()))
                .chain(path.iter().map(|step| self.spec(*step)))
                .collect()
        })
    }

    fn frame(&self, line: u32) -> Untrusted {
        let from = usize::try_from(line).unwrap_or(1).saturating_sub(1);
        let cut = |text: &&'a str| match text.char_indices().nth(FRAME_COLUMNS) {
            Some((end, _)) => text.get(..end).unwrap_or(text),
            None => text,
        };
        let shown: Vec<&str> = self.lines.iter().skip(from).take(FRAME_LINES).map(cut).collect();
        shown.join("\n").into()
    }
}

fn package_report(subject: &Subject, judgement: &Judgement, trees: &[Tree<'_>]) -> PackageReport {
    let worth_a_frame =
        judgement.verdict != Verdict::Allow || judgement.findings.iter().any(|f| f.level >= Level::Warn);
    let mut report = PackageReport::alone(judgement.clone());
    report.dev = subject
        .pins
        .iter()
        .all(|(_, _, pin)| pin.scope == Scope::Development);
    report.optional = subject.pins.iter().all(|(_, _, pin)| pin.optional);
    for (file, entry, pin) in &subject.pins {
        let Some(tree) = trees.get(*file) else { continue };
        report.paths.extend(tree.ways(*entry));
        report.pins.push(PinPlace {
            lockfile: tree.shown.into(),
            line: pin.line,
            text: if worth_a_frame {
                tree.frame(pin.line)
            } else {
                Untrusted::default()
            },
        });
        let answers = tree
            .lockfile
            .packages
            .get(*entry)
            .into_iter()
            .flat_map(|locked| &locked.edges)
            .filter_map(|edge| edge.to);
        report
            .depends_on
            .extend(answers.filter_map(|to| tree.purls.get(to)?.clone()));
    }
    report.paths.sort_by_key(Vec::len);
    report.paths.dedup();
    let kept = cleanbill_lockfile::limits::MAX_PATHS;
    report.more_paths = report.paths.len().saturating_sub(kept);
    report.paths.truncate(kept);
    report.depends_on.sort();
    report.depends_on.dedup();
    report
}

fn not_known(lacking: &[Lacking]) -> Vec<NotKnown> {
    lacking
        .iter()
        .map(|lacking| NotKnown {
            what: format!("{} ({})", lacking.what, lacking.costs),
            reason: "the registry does not send it".into(),
            count: lacking.packages,
        })
        .collect()
}

/// Entries that could not be judged by name, and packages that could not be had.
fn unread(outcome: &AuditOutcome) -> Vec<NotKnown> {
    let mut notes = Vec::new();
    if outcome.subjects.bundled > 0 {
        notes.push(NotKnown {
            what: "the origin of bundled packages".into(),
            reason: "they are shipped inside another package's tarball".into(),
            count: outcome.subjects.bundled,
        });
    }
    if !outcome.subjects.unreadable.is_empty() {
        notes.push(NotKnown {
            what: "entries of the lockfiles".into(),
            reason: "their name or version cannot be read".into(),
            count: outcome.subjects.unreadable.len(),
        });
    }
    let mut reasons: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for failure in outcome.failures.values() {
        *reasons.entry(reason_of(failure)).or_default() += 1;
    }
    notes.extend(reasons.into_iter().map(|(reason, count)| NotKnown {
        what: "the history of packages".into(),
        reason,
        count,
    }));
    notes
}

/// What no feed could tell: without one beside the built-in campaigns nobody looked for vulnerabilities.
fn unfed(feeds: &[FeedLine], releases: usize) -> Option<NotKnown> {
    let alone = feeds.iter().all(|feed| feed.name == cleanbill_feeds::pack::FEED);
    alone.then(|| NotKnown {
        what: "vulnerabilities, and malware beyond Cleanbill's own campaigns".into(),
        reason: "no advisory feed is set up; `cleanbill config template` shows how".into(),
        count: releases,
    })
}

/// The failure in words that are the same for every package, so that they can be counted.
fn reason_of(failure: &ports::FetchError) -> String {
    use ports::FetchError as E;
    match failure {
        E::Offline { .. } => "the run is offline and nothing is cached".into(),
        E::NoRegistry { .. } => "no registry is named for them".into(),
        E::NotFound { .. } => "the registry has nothing by that name".into(),
        E::Refused { status, .. } => format!("the registry refuses access with status {status}"),
        E::Status { status, .. } => format!("the registry answers with status {status}"),
        E::Line { reason, .. } => format!("the registry cannot be reached: {reason}"),
        E::Deadline { seconds, .. } => format!("the registry did not answer within {seconds} s"),
        E::TooLarge { limit, .. } => format!("the answer is larger than {limit} bytes"),
        E::Unusable { reason, .. } => format!("the registry answers with something else: {reason}"),
        _ => "the registry gave no usable answer".into(),
    }
}

/// One feed's standing, in the report's words.
#[must_use]
pub fn feed_line(status: &ports::FeedStatus) -> FeedLine {
    FeedLine {
        name: status.name.clone(),
        state: match status.state {
            ports::FeedState::Fresh => FeedState::Fresh,
            ports::FeedState::Stale => FeedState::Stale,
            ports::FeedState::Absent => FeedState::Missing,
            ports::FeedState::Empty => FeedState::Empty,
            ports::FeedState::Broken => FeedState::Unreadable,
        },
        synced: status.synced,
        malicious: status.malicious,
        vulnerable: status.vulnerable,
        problem: status.problem.as_deref().map(Untrusted::from),
    }
}

fn waivers(policy: &Policy, states: &[Outcome]) -> Vec<WaiverNote> {
    policy
        .waivers
        .iter()
        .zip(states)
        .filter_map(|(waiver, state)| {
            let state = match state {
                Outcome::Used => return None,
                Outcome::Unused => WaiverState::Unused,
                Outcome::Expired => WaiverState::Expired(waiver.until),
            };
            Some(WaiverNote {
                release: format!("{}@{}", waiver.name, waiver.version).into(),
                audit: if waiver.audits.is_empty() {
                    "every audit".into()
                } else {
                    waiver.audits.join(", ").into()
                },
                reason: waiver.reason.clone().into(),
                owner: waiver.owner.clone().into(),
                state,
            })
        })
        .collect()
}
