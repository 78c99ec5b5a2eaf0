//! How two package names resemble each other: a slip of the keyboard, another separator, another scope, a
//! letter that looks alike. These forms serve searching alone and never stand for a name.
use cleanbill_model::Confidence;
use strsim::osa_distance;

/// Shortest name for which one slip is telling; below it, neighbours are chance.
const ONE_SLIP: usize = 5;
/// Shortest name for which two slips are telling.
const TWO_SLIPS: usize = 11;
/// Neighbouring keys of the common layout, each row as it lies.
const ROWS: &[&str] = &["1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// In what way one name resembles another, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// The other stands inside it.
    Inside,
    /// Two slips in a long name.
    Slips,
    /// One letter added, lost, doubled or changed.
    Slip,
    /// One key beside the right one.
    Key,
    /// Two letters swapped.
    Swap,
    /// The same words under another scope that is itself one slip away, or with the scope run in.
    Scope,
    /// The same letters with other separators.
    Separators,
    /// Letters that look alike.
    Looks,
}

impl Likeness {
    /// How `name` resembles `popular`, if it does.
    pub(crate) fn of(name: &str, popular: &str) -> Option<Self> {
        if name == popular || name.len().abs_diff(popular.len()) > 4 {
            return None;
        }
        match (split(name), split(popular)) {
            ((Some(ours), bare), (Some(theirs), other)) if ours != theirs => {
                (bare == other && slip(ours, theirs).is_some()).then_some(Self::Scope)
            }
            ((None, _), (None, _)) | ((Some(_), _), (Some(_), _)) => alike(name, popular),
            // `babel-core` for `@babel/core`: the scope run into the name. A scoped package of a popular bare
            // name is what every fork and type package is called, and says nothing.
            ((None, _), (Some(_), _)) => (squashed(name) == squashed(popular)).then_some(Self::Scope),
            ((Some(_), _), (None, _)) => None,
        }
    }

    /// How sure a likeness of this kind is by itself.
    pub(crate) fn confidence(self) -> Confidence {
        match self {
            Self::Looks | Self::Separators | Self::Scope | Self::Swap => Confidence::Medium,
            Self::Key | Self::Slip | Self::Slips | Self::Inside => Confidence::Low,
        }
    }

    /// The likeness in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Inside => "the popular name stands inside it",
            Self::Slips => "two letters differ",
            Self::Slip => "one letter differs",
            Self::Key => "one key is the neighbour of the right one",
            Self::Swap => "two letters are swapped",
            Self::Scope => "the scope differs or is run into the name",
            Self::Separators => "only the separators differ",
            Self::Looks => "letters are replaced by ones that look alike",
        }
    }
}

fn alike(name: &str, popular: &str) -> Option<Likeness> {
    let short = squashed(popular).len();
    if short >= 4 && squashed(name) == squashed(popular) {
        return Some(Likeness::Separators);
    }
    let skeleton = |text: &str| -> String { unicode_security::skeleton(text).collect() };
    if short >= 4 && skeleton(name) == skeleton(popular) {
        return Some(Likeness::Looks);
    }
    slip(name, popular)
}

fn slip(name: &str, popular: &str) -> Option<Likeness> {
    if name.len().abs_diff(popular.len()) > 2 {
        return None;
    }
    match (osa_distance(name, popular), popular.len()) {
        (1, length) if length >= ONE_SLIP => Some(kind(name, popular)),
        (2, length) if length >= TWO_SLIPS => Some(Likeness::Slips),
        _ => None,
    }
}

/// Of two names one slip apart: which slip.
fn kind(name: &str, popular: &str) -> Likeness {
    if name.len() != popular.len() {
        return Likeness::Slip;
    }
    let mut differing = name.chars().zip(popular.chars()).filter(|(a, b)| a != b);
    match (differing.next(), differing.next()) {
        (Some(_), Some(_)) => Likeness::Swap,
        (Some((a, b)), None) if neighbours(a, b) => Likeness::Key,
        _ => Likeness::Slip,
    }
}

fn neighbours(a: char, b: char) -> bool {
    ROWS.iter().any(
        |row| match (row.find(a.to_ascii_lowercase()), row.find(b.to_ascii_lowercase())) {
            (Some(a), Some(b)) => a.abs_diff(b) == 1,
            _ => false,
        },
    )
}

fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((scope, bare)) if name.starts_with('@') => (Some(scope), bare),
        _ => (None, name),
    }
}

/// The letters and digits alone, in lower case.
pub(crate) fn squashed(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The last step of a repository's address, without `.git`.
pub(crate) fn repository_name(address: &str) -> Option<&str> {
    let plain = address
        .split(['#', '?'])
        .next()
        .unwrap_or(address)
        .trim_end_matches('/');
    let last = plain.rsplit(['/', ':']).next()?;
    Some(last.strip_suffix(".git").unwrap_or(last)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_told_as_what_it_is() {
        for (name, popular, likeness) in [
            ("lodahs", "lodash", Some(Likeness::Swap)),
            ("lodsah", "lodash", Some(Likeness::Swap)),
            ("lodasj", "lodash", Some(Likeness::Key)),
            ("loddash", "lodash", Some(Likeness::Slip)),
            ("cross_env", "cross-env", Some(Likeness::Separators)),
            ("crossenv", "cross-env", Some(Likeness::Separators)),
            ("rnoment", "moment", Some(Likeness::Looks)),
            ("@bable/core", "@babel/core", Some(Likeness::Scope)),
            ("babel-core", "@babel/core", Some(Likeness::Scope)),
            ("typescript-complier", "typescript-compiler", Some(Likeness::Swap)),
            ("@types/lodash", "lodash", None),
            ("@my/core", "@babel/core", None),
            ("vite-plugin-left", "vite", None),
            ("vul", "vue", None),
            ("lodash", "lodash", None),
        ] {
            assert_eq!(Likeness::of(name, popular), likeness, "{name} and {popular}");
        }
    }

    #[test]
    fn a_repository_is_named_by_its_last_step() {
        for address in [
            "git+https://github.com/left/left.git",
            "git@github.com:left/left.git#main",
            "github:left/left",
            "https://git.example/left/left/",
        ] {
            assert_eq!(repository_name(address), Some("left"), "{address}");
        }
    }
}
