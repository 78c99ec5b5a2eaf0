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

/// Packages that move within the ranges that ask for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Those that a manifest of the project asks for.
    pub asked: Vec<PackageName>,
    /// Those that others alone bring in.
    pub brought: Vec<PackageName>,
    /// True where the lockfile is that of a workspace.
    pub workspace: bool,
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

    /// The calls to make, in order: the lockfile follows the manifests, then what is named moves within its ranges.
    #[must_use]
    pub fn calls(self, names: &Within) -> Vec<Vec<String>> {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
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
        // pnpm leaves what others bring in alone as soon as one name in the call is the project's own.
        let groups: Vec<Vec<&PackageName>> = match self {
            Self::Pnpm => vec![names.asked.iter().collect(), names.brought.iter().collect()],
            _ => vec![names.asked.iter().chain(&names.brought).collect()],
        };
        if let Some(within) = within {
            for group in groups.iter().filter(|group| !group.is_empty()) {
                let mut call = words(within);
                if self == Self::Pnpm && names.workspace {
                    // Without a workspace it would take every manifest in a folder below for a project.
                    call.push("--recursive".to_owned());
                }
                call.extend(group.iter().map(ToString::to_string));
                calls.push(call);
            }
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
        let name = |text| PackageName::parse(text).unwrap();
        let names = Within {
            asked: vec![name("own")],
            brought: vec![name("left")],
            workspace: false,
        };
        for client in [Client::Npm, Client::Pnpm, Client::Bun] {
            let calls = client.calls(&names);
            let expected = if client == Client::Pnpm { 3 } else { 2 };
            assert_eq!(calls.len(), expected, "{calls:?}");
            assert!(
                calls
                    .iter()
                    .all(|call| call.iter().any(|word| word.contains("lock"))),
                "{calls:?}"
            );
            assert_eq!(calls.last().unwrap().last().map(String::as_str), Some("left"));
            assert_eq!(client.calls(&Within::default()).len(), 1);
        }
    }
}
