//! What stays open and what closes when something fails, in words, for whoever runs a gate.
//! It tells and carries nothing out itself.
use cleanbill_policy::{Policy, UnassessedAction};

/// What happens to a tarball whose fetching cannot be written into the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unlogged {
    /// It is not served: nobody could tell later who has it.
    #[default]
    Refuse,
    /// It is served, and counted.
    Serve,
}

/// One failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRule {
    /// What fails.
    pub what: &'static str,
    /// True where clients still get what they ask for.
    pub open: bool,
    /// What happens.
    pub then: &'static str,
}

/// The rules of a gate under this policy.
#[must_use]
pub fn rules(policy: &Policy, unlogged: Unlogged) -> Vec<FailureRule> {
    let rule = |what, open, then| FailureRule { what, open, then };
    let unassessed = policy.unassessed == UnassessedAction::Warn;
    vec![
        rule(
            "the registry does not answer",
            true,
            "what was fetched before is judged and served as it was; all else answers 502 or 504",
        ),
        rule(
            "the registry sends what is no document",
            false,
            "the request answers 502; nothing of it is kept or served",
        ),
        rule(
            "a tarball has other bytes than announced, or none are announced",
            false,
            "it is refused with 403",
        ),
        rule(
            "a young release cannot be examined in time",
            false,
            "it is refused with \"ask again\"; the examination goes on",
        ),
        rule(
            "a release cannot be assessed",
            unassessed,
            if unassessed {
                "it is served, as `run.unassessed = \"warn\"` says"
            } else {
                "it is held, as `run.unassessed = \"hold\"` says"
            },
        ),
        rule(
            "the store does not answer",
            false,
            "documents made before are served until they are five minutes old, then requests answer 503",
        ),
        rule(
            "the log cannot be written",
            unlogged == Unlogged::Serve,
            if unlogged == Unlogged::Serve {
                "tarballs are served all the same and the failure is counted (`--unlogged serve`)"
            } else {
                "tarballs answer 503, so that nothing leaves unrecorded (`--unlogged refuse`)"
            },
        ),
        rule(
            "the list of tokens cannot be read",
            false,
            "the last list counts for a minute, then requests that need a token answer 503",
        ),
        rule(
            "new settings cannot be read",
            true,
            "the old ones stay in force and the reason is told",
        ),
        rule(
            "the bucket that replicas share does not answer",
            true,
            "each replica fetches and reads for itself; the bucket is asked again after ten seconds",
        ),
        rule(
            "the collector of traces does not answer",
            true,
            "spans are dropped and counted; no request waits for them",
        ),
        rule(
            "the clock jumps back",
            true,
            "what was first seen stays first seen; nothing grows older by it",
        ),
    ]
}
