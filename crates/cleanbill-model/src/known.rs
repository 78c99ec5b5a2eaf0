//! A fact is known, or missing with a reason. An empty list is a different thing from an unknown one.

/// Why a fact is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Missing {
    /// The registry's document does not carry it; some mirrors strip it.
    NotSent,
    /// The field was there and unreadable; a defect says more.
    Malformed,
    /// The run was offline and nothing usable was cached.
    Offline,
    /// The registry could not be asked or gave no usable answer.
    Unreachable,
    /// The registry says that there is no such package or version.
    NotFound,
    /// It does not apply: no lockfile, no earlier release, not from a registry.
    NotApplicable,
    /// A limit was reached before it could be learnt.
    Limit,
    /// Nobody asked for it in this run.
    NotGathered,
}

impl Missing {
    /// The reason in words, to stand after "not known: ".
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotSent => "the registry does not send it",
            Self::Malformed => "the field is malformed",
            Self::Offline => "the run is offline and nothing is cached",
            Self::Unreachable => "the registry gave no usable answer",
            Self::NotFound => "the registry has no such release",
            Self::NotApplicable => "it does not apply here",
            Self::Limit => "a limit was reached first",
            Self::NotGathered => "it was not asked for",
        }
    }
}

/// A value, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It is known.
    Known(T),
    /// It is not, and this is why.
    Missing(Missing),
}

impl<T> Known<T> {
    /// The value, where known.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing(_) => None,
        }
    }

    /// The reason, where not known.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        match self {
            Self::Known(_) => None,
            Self::Missing(reason) => Some(*reason),
        }
    }

    /// A reference inside.
    #[must_use]
    pub fn as_ref(&self) -> Known<&T> {
        match self {
            Self::Known(value) => Known::Known(value),
            Self::Missing(reason) => Known::Missing(*reason),
        }
    }

    /// The value through `f`.
    #[must_use]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Known(value) => Known::Known(f(value)),
            Self::Missing(reason) => Known::Missing(reason),
        }
    }

    /// From an option, with the reason for its absence.
    #[must_use]
    pub fn or_missing(value: Option<T>, reason: Missing) -> Self {
        value.map_or(Self::Missing(reason), Self::Known)
    }
}
