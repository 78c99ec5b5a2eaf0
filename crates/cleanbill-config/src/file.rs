//! `cleanbill.toml` as it is written. Every field may be absent; an unknown one is an error with its line.
use std::collections::BTreeMap;

use serde::Deserialize;

/// Largest settings file read, in bytes; real ones are a few kilobytes.
pub const MAX_SETTINGS_BYTES: usize = 1024 * 1024;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Minimum ages.
    #[serde(default)]
    pub cooldown: CooldownTable,
    /// Audit id to `off`, `note`, `warn`, `quarantine` or `block`.
    #[serde(default)]
    pub audits: BTreeMap<String, LevelWord>,
    /// How a run behaves.
    #[serde(default)]
    pub run: RunTable,
    /// Exceptions.
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<WaiverTable>,
    /// Advisory feeds.
    #[serde(default, rename = "feed")]
    pub feeds: Vec<FeedTable>,
    /// Folders whose own settings may loosen this policy; only outside a project.
    #[serde(default)]
    pub trust: TrustTable,
}

/// `[cooldown]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CooldownTable {
    /// Minimum age of a release: `3d`.
    pub release: Option<String>,
    /// Minimum age of a name: `7d`.
    pub name: Option<String>,
    /// Scopes and names of one's own, exempt from ages.
    #[serde(default)]
    pub own: Vec<String>,
    /// Other ages for some scopes or names.
    #[serde(default, rename = "scope")]
    pub scopes: Vec<ScopeTable>,
    /// Other ages for some upstreams.
    #[serde(default, rename = "upstream")]
    pub upstreams: Vec<UpstreamTable>,
    /// Whether a fix of a known vulnerability may pass the release cooldown.
    pub fast_lane: Option<bool>,
}

/// `[[cooldown.scope]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScopeTable {
    /// `@scope/*`, `@scope`, a name, or a name ending in `*`.
    pub pattern: String,
    /// Minimum age of a release.
    pub release: Option<String>,
    /// Minimum age of a name.
    pub name: Option<String>,
}

/// `[[cooldown.upstream]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UpstreamTable {
    /// Host, with its port where it has one.
    pub host: String,
    /// Minimum age of a release.
    pub release: Option<String>,
    /// Minimum age of a name.
    pub name: Option<String>,
}

/// `[run]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunTable {
    /// `warn`, `quarantine` or `block`: the run fails at this level and above.
    pub fail_on: Option<LevelWord>,
    /// `hold` or `warn`.
    pub unassessed: Option<UnassessedWord>,
    /// How long after publication two marks of a hijack hold a release.
    pub hijack_window: Option<String>,
    /// Read the code of every release as well.
    pub deep: Option<bool>,
    /// Rehearse code that was read, where it is worth it.
    pub rehearse: Option<bool>,
}

/// `[[waiver]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WaiverTable {
    /// The package.
    pub package: String,
    /// The one version.
    pub version: String,
    /// The one tarball.
    pub integrity: Option<String>,
    /// The audits; empty means all but those of known malware.
    #[serde(default)]
    pub audits: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when: a date or an RFC 3339 time.
    pub until: String,
}

/// `[[feed]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FeedTable {
    /// Its name.
    pub name: String,
    /// A URL of a zip, a zip, or a folder of OSV records.
    pub source: String,
    /// From what age it counts as stale.
    pub max_age: Option<String>,
}

/// `[trust]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrustTable {
    /// Project folders whose own settings may loosen the policy; `*` means all.
    #[serde(default)]
    pub projects: Vec<String>,
}

/// A level, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelWord {
    /// Not told.
    Off,
    /// Told when asked.
    Note,
    /// Told.
    Warn,
    /// Holds.
    Quarantine,
    /// Refuses.
    Block,
}

/// What happens to what could not be assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnassessedWord {
    /// It is held.
    Hold,
    /// It is told.
    Warn,
}

/// The text is no settings file; the fault is its writer's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseSettingsError {
    /// Larger than [`MAX_SETTINGS_BYTES`].
    #[error("the settings have {found} bytes, the limit is {MAX_SETTINGS_BYTES}")]
    TooLarge {
        /// Bytes found.
        found: usize,
    },
    /// Not TOML, or not these settings.
    #[error("line {line}, column {column}: {reason}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What was wrong there.
        reason: String,
    },
}

/// Reads a settings file.
///
/// # Errors
/// When it is too large, no TOML, or has a field that is not known.
pub fn parse(text: &str) -> Result<File, ParseSettingsError> {
    if text.len() > MAX_SETTINGS_BYTES {
        return Err(ParseSettingsError::TooLarge { found: text.len() });
    }
    toml::from_str(text).map_err(|error| {
        let before = text
            .get(..error.span().map_or(0, |span| span.start))
            .unwrap_or_default();
        ParseSettingsError::Malformed {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1,
            reason: error.message().to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_named_with_its_line() {
        let error = parse("[cooldown]\nrelase = \"3d\"\n").unwrap_err();
        assert!(
            matches!(&error, ParseSettingsError::Malformed { line: 2, reason, .. } if reason.contains("relase")),
            "{error}"
        );
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert!(parse("").unwrap().waivers.is_empty());
    }
}
