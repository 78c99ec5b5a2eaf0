//! The project's own client and what it is called with, so that a lockfile follows its manifests and nothing is
//! installed. It starts nothing.
use cleanbill_model::PackageName;

/// A client, by the lockfile it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and later.
    YarnBerry,
    /// Bun.
    Bun,
}

impl Client {
    /// The client that writes this format.
    #[must_use]
    pub fn of_format(format: &str) -> Option<Self> {
        match format {
            "package-lock" => Some(Self::Npm),
            "pnpm-lock" => Some(Self::Pnpm),
            "yarn-classic" => Some(Self::YarnClassic),
            "yarn-berry" => Some(Self::YarnBerry),
            "bun-lock" => Some(Self::Bun),
            _ => None,
        }
    }

    /// The program.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::YarnClassic | Self::YarnBerry => "yarn",
            Self::Bun => "bun",
        }
    }

    /// The calls to make, in order: the lockfile follows the manifests, then `names` move within their ranges.
    #[must_use]
    pub fn calls(self, names: &[PackageName]) -> Vec<Vec<String>> {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let with_names = |text: &str| {
            words(text)
                .into_iter()
                .chain(names.iter().map(ToString::to_string))
                .collect::<Vec<_>>()
        };
        let (follow, within) = match self {
            Self::Npm => (
                "install --package-lock-only --ignore-scripts --no-audit --no-fund",
                Some("update --package-lock-only --ignore-scripts --no-audit --no-fund --no-save"),
            ),
            Self::Pnpm => (
                "install --lockfile-only --no-frozen-lockfile --ignore-scripts",
                Some("update --lockfile-only --no-save --depth Infinity"),
            ),
            // Both Yarns resolve anew what their lockfile no longer has: see `forgets`.
            Self::YarnClassic => ("install --ignore-scripts --non-interactive --no-progress", None),
            Self::YarnBerry => ("install --mode=update-lockfile", None),
            Self::Bun => (
                "install --lockfile-only --ignore-scripts",
                Some("update --lockfile-only --ignore-scripts"),
            ),
        };
        let mut calls = vec![words(follow)];
        if let Some(within) = within.filter(|_| !names.is_empty()) {
            calls.push(with_names(within));
        }
        calls
    }

    /// The lockfile without the entries of `names`, for clients that move a package only when its entry is gone.
    #[must_use]
    pub fn forgets(self, lockfile: &str, names: &[PackageName]) -> Option<String> {
        matches!(self, Self::YarnClassic | Self::YarnBerry).then(|| without_blocks(lockfile, names))
    }
}

/// A Yarn lockfile without the blocks whose key asks for one of `names`.
fn without_blocks(text: &str, names: &[PackageName]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut dropped = false;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(|c: char| !c.is_whitespace() && c != '#');
        if begins {
            dropped = keys(line).any(|key| names.iter().any(|name| asks_for(key, name)));
        }
        if !dropped || line.starts_with('#') {
            out.push_str(line);
        }
    }
    out
}

fn keys(line: &str) -> impl Iterator<Item = &str> {
    line.trim_end()
        .trim_end_matches(':')
        .split(',')
        .map(|key| key.trim().trim_matches('"'))
}

fn asks_for(key: &str, name: &PackageName) -> bool {
    key.strip_prefix(name.as_str())
        .is_some_and(|rest| rest.starts_with('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yarn_lockfile_forgets_a_package_and_no_look_alike() {
        let left = [PackageName::parse("left").unwrap()];
        let classic = "# yarn lockfile v1\n\n\n\"@s/left@^1\":\n  version \"1.0.0\"\n\nleft@^1.0.0, left@^1.1.0:\n  version \"1.1.0\"\n  dependencies:\n    a \"1\"\n\nleft-pad@1:\n  version \"1.0.0\"\n";
        let without = Client::YarnClassic.forgets(classic, &left).unwrap();
        assert_eq!(
            without,
            "# yarn lockfile v1\n\n\n\"@s/left@^1\":\n  version \"1.0.0\"\n\nleft-pad@1:\n  version \"1.0.0\"\n"
        );
        let berry = "__metadata:\n  version: 8\n\n\"left@npm:^1.0.0\":\n  version: 1.0.0\n\n\"right@npm:1\":\n  version: 1.0.0\n";
        assert!(!Client::YarnBerry.forgets(berry, &left).unwrap().contains("left"));
        assert_eq!(Client::Npm.forgets("{}", &left), None);
    }

    #[test]
    fn no_call_installs_or_runs_scripts() {
        let names = [PackageName::parse("left").unwrap()];
        for client in [Client::Npm, Client::Pnpm, Client::Bun] {
            let calls = client.calls(&names);
            assert_eq!(calls.len(), 2);
            assert!(
                calls
                    .iter()
                    .all(|call| call.iter().any(|word| word.contains("lock"))),
                "{calls:?}"
            );
            assert_eq!(calls[1].last().map(String::as_str), Some("left"));
        }
    }
}
