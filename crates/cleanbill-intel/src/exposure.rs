//! How a machine or project stands towards one campaign, from what was seen and where nobody could look.
//! It weighs kinds of evidence and knows nothing of the places they were found in.
use serde::Serialize;

/// How far a bad release came, weakest first. The order is the order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Text names it, but nothing shows that it was chosen or fetched.
    Named,
    /// An unlocked install in the window would have taken it.
    WouldResolve,
    /// A bill of materials lists it.
    Listed,
    /// A lockfile pinned it once.
    PinnedBefore,
    /// A lockfile pins it now.
    Pinned,
    /// Its bytes or its request came to this machine.
    Fetched,
    /// It lies unpacked on this machine.
    Installed,
    /// Something that only its code leaves behind is there.
    Ran,
}

impl Reach {
    /// True when this alone shows exposure; the rest only shows that it may have been.
    #[must_use]
    pub fn shows_exposure(self) -> bool {
        self >= Self::Listed
    }

    /// The words people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::WouldResolve => "would have resolved",
            Self::Listed => "listed",
            Self::PinnedBefore => "was pinned",
            Self::Pinned => "pinned",
            Self::Fetched => "fetched",
            Self::Installed => "installed",
            Self::Ran => "left traces",
        }
    }
}

/// The answer for one campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Looked everywhere that was asked for, and nothing was there.
    NotExposed,
    /// Nothing was there where we could look, and there were places where we could not.
    NotKnown,
    /// Something points to it without showing it.
    PossiblyExposed,
    /// Evidence shows it.
    Exposed,
}

impl Standing {
    /// The words people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotExposed => "not exposed",
            Self::NotKnown => "not known",
            Self::PossiblyExposed => "possibly exposed",
            Self::Exposed => "exposed",
        }
    }
}

/// Whether every place that could matter to a campaign was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Every place was.
    None,
    /// Some place could not be read, or there was nothing to look at.
    Some,
}

/// Weighs what was seen. Evidence outweighs gaps: a place nobody could read makes nobody less exposed.
#[must_use]
pub fn standing(seen: impl IntoIterator<Item = Reach>, gap: Gap) -> Standing {
    match seen.into_iter().max() {
        Some(reach) if reach.shows_exposure() => Standing::Exposed,
        Some(_) => Standing::PossiblyExposed,
        None if gap == Gap::Some => Standing::NotKnown,
        None => Standing::NotExposed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_shows_exposure_whatever_could_not_be_read() {
        assert_eq!(
            standing([Reach::Pinned, Reach::Named], Gap::Some),
            Standing::Exposed
        );
        assert_eq!(standing([Reach::PinnedBefore], Gap::None), Standing::Exposed);
    }

    #[test]
    fn a_name_in_a_log_or_a_range_only_makes_it_possible() {
        assert_eq!(standing([Reach::Named], Gap::None), Standing::PossiblyExposed);
        assert_eq!(
            standing([Reach::WouldResolve], Gap::Some),
            Standing::PossiblyExposed
        );
    }

    #[test]
    fn nothing_found_is_only_good_news_where_everything_was_read() {
        assert_eq!(standing([], Gap::None), Standing::NotExposed);
        assert_eq!(standing([], Gap::Some), Standing::NotKnown);
    }
}
