//! Settings as they are meant: every value decided, each with where it came from.
use std::fmt::Display;

use cleanbill_audits::catalogue::CATALOGUE;
use cleanbill_model::{Age, Integrity, Level, PackageName, Timestamp, Version};
use cleanbill_policy::{
    AuditLevel, NamePattern, Policy, ScopedCooldown, UnassessedAction, UpstreamCooldown, Waiver,
};

use crate::{
    File,
    duration::{ParseDurationError, parse_duration, write_duration},
    file::{LevelWord, UnassessedWord, WaiverTable},
    strict::{Refused, tighten_only},
};

/// How much a feed's data may age before it counts as stale.
pub const DEFAULT_FEED_AGE: Age = Age::days(2);

/// Whose file it is. Later ones speak after earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// The organisation's, or the one named by `--policy`.
    Organisation,
    /// The user's.
    User,
    /// The project's: it may only tighten, unless an earlier layer trusts its folder.
    Project,
}

/// One file of settings.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Whose.
    pub kind: LayerKind,
    /// Where it stands, for telling.
    pub place: String,
    /// The folder it speaks for, where it is a project's.
    pub folder: String,
    /// What it says.
    pub file: File,
}

/// What flags and the environment say; they speak last.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--fail-on`.
    pub fail_on: Option<Level>,
}

/// One value and where it came from, for `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key, such as `cooldown.release`.
    pub key: String,
    /// The value, as it would be written.
    pub value: String,
    /// `default`, a file, or a flag.
    pub from: String,
}

/// A feed to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSource {
    /// Its name.
    pub name: String,
    /// A URL of a zip, a zip, or a folder.
    pub source: String,
    /// From what age it counts as stale.
    pub max_age: Age,
}

/// Everything decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The policy.
    pub policy: Policy,
    /// Feeds, beside Cleanbill's own campaigns.
    pub feeds: Vec<FeedSource>,
    /// Read the code of every release as well.
    pub deep: bool,
    /// Rehearse code that was read, where it is worth it.
    pub rehearse: bool,
    /// Each value and its origin, sorted by key.
    pub origins: Vec<Setting>,
    /// What a project's file wanted and may not, with the file.
    pub refused: Vec<(String, Refused)>,
}

/// A value that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: `{key}` {reason}")]
pub struct ResolveError {
    /// The file.
    pub place: String,
    /// The key.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Decides every value from the layers, in their order, and the overrides.
///
/// # Errors
/// When a length of time, a name, a version, a digest, a date or an audit id cannot be read.
pub fn resolve(layers: Vec<Layer>, overrides: &Overrides) -> Result<Settings, ResolveError> {
    let mut draft = Draft {
        rehearse: true,
        ..Draft::default()
    };
    let mut trusted: Vec<String> = Vec::new();
    for mut layer in layers {
        let may_loosen =
            layer.kind != LayerKind::Project || trusted.iter().any(|t| t == "*" || t == &layer.folder);
        if !may_loosen {
            let place = layer.place.clone();
            draft.refused.extend(
                tighten_only(&mut layer.file)
                    .into_iter()
                    .map(|refused| (place.clone(), refused)),
            );
        }
        trusted.extend(layer.file.trust.projects.iter().cloned());
        draft.apply(&layer, may_loosen)?;
    }
    if let Some(level) = overrides.fail_on {
        draft.settings_policy.fail_on = level;
        draft.note("run.fail-on", level.as_str(), "flag");
    }
    Ok(draft.finish())
}

#[derive(Default)]
struct Draft {
    settings_policy: Policy,
    feeds: Vec<FeedSource>,
    deep: bool,
    rehearse: bool,
    origins: Vec<Setting>,
    refused: Vec<(String, Refused)>,
}

impl Draft {
    fn note(&mut self, key: impl Into<String>, value: impl Display, from: &str) {
        let key = key.into();
        self.origins.retain(|known| known.key != key);
        self.origins.push(Setting {
            key,
            value: value.to_string(),
            from: from.to_owned(),
        });
    }

    /// Takes an age unless it loosens where that is not allowed.
    fn age(
        &mut self,
        layer: &Layer,
        may_loosen: bool,
        key: &str,
        text: Option<&String>,
        current: Age,
    ) -> Result<Option<Age>, ResolveError> {
        let Some(text) = text else { return Ok(None) };
        let age = parse_duration(text).map_err(|ParseDurationError { .. }| ResolveError {
            place: layer.place.clone(),
            key: key.to_owned(),
            reason: format!("is no length of time: {text:?} (write 3d, 12h, 90m or 0)"),
        })?;
        if age < current && !may_loosen {
            let reason = format!(
                "{text} is shorter than {}, which is in force",
                write_duration(current)
            );
            self.refused.push((
                layer.place.clone(),
                Refused {
                    key: key.to_owned(),
                    reason,
                },
            ));
            return Ok(None);
        }
        self.note(key, write_duration(age), &layer.place);
        Ok(Some(age))
    }

    fn apply(&mut self, layer: &Layer, may_loosen: bool) -> Result<(), ResolveError> {
        let (file, place) = (&layer.file, layer.place.as_str());
        let table = &file.cooldown;
        let (release, name) = (
            self.settings_policy.cooldown.release,
            self.settings_policy.cooldown.name,
        );
        if let Some(age) = self.age(
            layer,
            may_loosen,
            "cooldown.release",
            table.release.as_ref(),
            release,
        )? {
            self.settings_policy.cooldown.release = age;
        }
        if let Some(age) = self.age(layer, may_loosen, "cooldown.name", table.name.as_ref(), name)? {
            self.settings_policy.cooldown.name = age;
        }
        for scope in &table.scopes {
            self.scope(layer, may_loosen, scope)?;
        }
        for upstream in &table.upstreams {
            self.upstream(layer, may_loosen, upstream)?;
        }
        if !table.own.is_empty() {
            self.settings_policy
                .cooldown
                .own
                .extend(table.own.iter().cloned().map(NamePattern));
            let all: Vec<&str> = self
                .settings_policy
                .cooldown
                .own
                .iter()
                .map(|pattern| pattern.0.as_str())
                .collect();
            self.note("cooldown.own", all.join(", "), place);
        }
        if let Some(open) = table.fast_lane {
            self.settings_policy.fast_lane = open;
            self.note("cooldown.fast-lane", open, place);
        }
        self.audits(layer)?;
        self.run(layer, may_loosen)?;
        for (index, waiver) in file.waivers.iter().enumerate() {
            let waiver = read_waiver(waiver, index, layer)?;
            self.note(
                format!("waiver.{}@{}", waiver.name, waiver.version),
                format!("until {}: {}", waiver.until, waiver.reason),
                place,
            );
            self.settings_policy.waivers.push(waiver);
        }
        for feed in &file.feeds {
            let max_age = match &feed.max_age {
                Some(text) => self
                    .age(
                        layer,
                        true,
                        &format!("feed.{}.max-age", feed.name),
                        Some(text),
                        Age::default(),
                    )?
                    .unwrap_or(DEFAULT_FEED_AGE),
                None => DEFAULT_FEED_AGE,
            };
            self.note(format!("feed.{}", feed.name), &feed.source, place);
            self.feeds.retain(|known| known.name != feed.name);
            self.feeds.push(FeedSource {
                name: feed.name.clone(),
                source: feed.source.clone(),
                max_age,
            });
        }
        Ok(())
    }

    fn scope(
        &mut self,
        layer: &Layer,
        may_loosen: bool,
        table: &crate::file::ScopeTable,
    ) -> Result<(), ResolveError> {
        let general = (
            self.settings_policy.cooldown.release,
            self.settings_policy.cooldown.name,
        );
        let key = format!("cooldown.scope.{}", table.pattern);
        let release = self.age(
            layer,
            may_loosen,
            &format!("{key}.release"),
            table.release.as_ref(),
            general.0,
        )?;
        let name = self.age(
            layer,
            may_loosen,
            &format!("{key}.name"),
            table.name.as_ref(),
            general.1,
        )?;
        if release.is_some() || name.is_some() {
            let rule = ScopedCooldown {
                pattern: NamePattern(table.pattern.clone()),
                release,
                name,
            };
            self.settings_policy.cooldown.scopes.insert(0, rule);
        }
        Ok(())
    }

    fn upstream(
        &mut self,
        layer: &Layer,
        may_loosen: bool,
        table: &crate::file::UpstreamTable,
    ) -> Result<(), ResolveError> {
        let general = (
            self.settings_policy.cooldown.release,
            self.settings_policy.cooldown.name,
        );
        let key = format!("cooldown.upstream.{}", table.host);
        let release = self.age(
            layer,
            may_loosen,
            &format!("{key}.release"),
            table.release.as_ref(),
            general.0,
        )?;
        let name = self.age(
            layer,
            may_loosen,
            &format!("{key}.name"),
            table.name.as_ref(),
            general.1,
        )?;
        if release.is_some() || name.is_some() {
            let rule = UpstreamCooldown {
                host: table.host.clone(),
                release,
                name,
            };
            self.settings_policy.cooldown.upstreams.insert(0, rule);
        }
        Ok(())
    }

    fn audits(&mut self, layer: &Layer) -> Result<(), ResolveError> {
        for (id, word) in &layer.file.audits {
            if !CATALOGUE.iter().any(|audit| audit.meta().id.0 == id) {
                return Err(ResolveError {
                    place: layer.place.clone(),
                    key: format!("audits.{id}"),
                    reason: "names no audit; `cleanbill explain` lists them".into(),
                });
            }
            let level = match word {
                LevelWord::Off => AuditLevel::Off,
                other => AuditLevel::Fixed(fixed(*other)),
            };
            self.settings_policy.levels.insert(id.clone(), level);
            self.note(format!("audits.{id}"), word_of(*word), &layer.place);
        }
        Ok(())
    }

    fn run(&mut self, layer: &Layer, may_loosen: bool) -> Result<(), ResolveError> {
        let table = &layer.file.run;
        if let Some(word) = table.fail_on {
            let level = fixed(word);
            if word == LevelWord::Off || word == LevelWord::Note {
                return Err(ResolveError {
                    place: layer.place.clone(),
                    key: "run.fail-on".into(),
                    reason: "must be warn, quarantine or block".into(),
                });
            }
            if level > self.settings_policy.fail_on && !may_loosen {
                let reason = format!(
                    "{} fails later than {}, which is in force",
                    level.as_str(),
                    self.settings_policy.fail_on.as_str()
                );
                self.refused.push((
                    layer.place.clone(),
                    Refused {
                        key: "run.fail-on".into(),
                        reason,
                    },
                ));
            } else {
                self.settings_policy.fail_on = level;
                self.note("run.fail-on", level.as_str(), &layer.place);
            }
        }
        if let Some(word) = table.unassessed {
            self.settings_policy.unassessed = match word {
                UnassessedWord::Hold => UnassessedAction::Hold,
                UnassessedWord::Warn => UnassessedAction::Warn,
            };
            self.note(
                "run.unassessed",
                if word == UnassessedWord::Hold {
                    "hold"
                } else {
                    "warn"
                },
                &layer.place,
            );
        }
        let window = self.settings_policy.hijack_window;
        if let Some(age) = self.age(
            layer,
            may_loosen,
            "run.hijack-window",
            table.hijack_window.as_ref(),
            window,
        )? {
            self.settings_policy.hijack_window = age;
        }
        match table.deep {
            Some(false) if self.deep && !may_loosen => {
                let reason = "a project may not switch off the reading of code".to_owned();
                self.refused.push((
                    layer.place.clone(),
                    Refused {
                        key: "run.deep".into(),
                        reason,
                    },
                ));
            }
            Some(deep) => {
                self.deep = deep;
                self.note("run.deep", deep, &layer.place);
            }
            None => {}
        }
        match table.rehearse {
            Some(false) if self.rehearse && !may_loosen => {
                let reason = "a project may not switch off the rehearsal of its packages".to_owned();
                self.refused.push((
                    layer.place.clone(),
                    Refused {
                        key: "run.rehearse".into(),
                        reason,
                    },
                ));
            }
            Some(rehearse) => {
                self.rehearse = rehearse;
                self.note("run.rehearse", rehearse, &layer.place);
            }
            None => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Settings {
        let policy = &self.settings_policy;
        let defaults = [
            ("cooldown.release", write_duration(policy.cooldown.release)),
            ("cooldown.name", write_duration(policy.cooldown.name)),
            ("cooldown.own", String::new()),
            ("cooldown.fast-lane", policy.fast_lane.to_string()),
            ("run.fail-on", policy.fail_on.as_str().to_owned()),
            (
                "run.unassessed",
                if policy.unassessed == UnassessedAction::Hold {
                    "hold"
                } else {
                    "warn"
                }
                .to_owned(),
            ),
            ("run.hijack-window", write_duration(policy.hijack_window)),
            ("run.deep", self.deep.to_string()),
            ("run.rehearse", self.rehearse.to_string()),
        ];
        for (key, value) in defaults {
            if !self.origins.iter().any(|known| known.key == key) {
                self.origins.push(Setting {
                    key: key.to_owned(),
                    value,
                    from: "default".into(),
                });
            }
        }
        self.origins.sort_by(|a, b| a.key.cmp(&b.key));
        Settings {
            policy: self.settings_policy,
            feeds: self.feeds,
            deep: self.deep,
            rehearse: self.rehearse,
            origins: self.origins,
            refused: self.refused,
        }
    }
}

fn fixed(word: LevelWord) -> Level {
    match word {
        LevelWord::Off | LevelWord::Note => Level::Note,
        LevelWord::Warn => Level::Warn,
        LevelWord::Quarantine => Level::Quarantine,
        LevelWord::Block => Level::Block,
    }
}

fn word_of(word: LevelWord) -> &'static str {
    match word {
        LevelWord::Off => "off",
        other => fixed(other).as_str(),
    }
}

fn read_waiver(table: &WaiverTable, index: usize, layer: &Layer) -> Result<Waiver, ResolveError> {
    let error = |field: &str, reason: String| ResolveError {
        place: layer.place.clone(),
        key: format!(
            "waiver {} ({}).{field}",
            index + 1,
            table.package.chars().take(80).collect::<String>()
        ),
        reason,
    };
    let said = |field: &str, text: &str| {
        if text.trim().is_empty() {
            Err(error(field, "must say something".into()))
        } else {
            Ok(text.to_owned())
        }
    };
    for id in &table.audits {
        if !CATALOGUE.iter().any(|audit| audit.meta().id.0 == id) {
            return Err(error("audits", format!("names no audit: {id:?}")));
        }
    }
    Ok(Waiver {
        name: PackageName::parse(&table.package)
            .map_err(|e| error("package", format!("is no package name: {e}")))?,
        version: Version::parse(&table.version)
            .map_err(|e| error("version", format!("is no version: {e}")))?,
        integrity: match &table.integrity {
            Some(text) => {
                Some(Integrity::parse(text).map_err(|e| error("integrity", format!("is no digest: {e}")))?)
            }
            None => None,
        },
        audits: table.audits.clone(),
        reason: said("reason", &table.reason)?,
        owner: said("owner", &table.owner)?,
        until: Timestamp::parse(&table.until).map_err(|e| error("until", format!("is no date: {e}")))?,
        place: layer.place.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(kind: LayerKind, text: &str) -> Layer {
        Layer {
            kind,
            place: format!("{kind:?}.toml"),
            folder: "/src/app".into(),
            file: crate::parse(text).unwrap(),
        }
    }
    fn settings(layers: Vec<Layer>) -> Settings {
        resolve(layers, &Overrides::default()).unwrap()
    }

    #[test]
    fn a_later_file_speaks_last_and_each_value_says_who_set_it() {
        let both = settings(vec![
            layer(
                LayerKind::Organisation,
                "[cooldown]\nrelease = \"5d\"\nname = \"30d\"",
            ),
            layer(LayerKind::User, "[cooldown]\nrelease = \"1d\""),
        ]);
        assert_eq!(both.policy.cooldown.release, Age::days(1));
        let from = |key: &str| both.origins.iter().find(|s| s.key == key).unwrap().from.clone();
        assert_eq!(from("cooldown.release"), "User.toml");
        assert_eq!(from("cooldown.name"), "Organisation.toml");
        assert_eq!(from("run.fail-on"), "default");
    }

    #[test]
    fn a_project_may_tighten_and_never_loosen() {
        let loose = "[cooldown]\nrelease = \"1h\"\nname = \"30d\"\nown = [\"@evil\"]\n[run]\nunassessed = \"warn\"\nfail-on = \"block\"\n[audits]\nknown-malicious = \"off\"\n[[waiver]]\npackage = \"left\"\nversion = \"1.0.0\"\nreason = \"x\"\nowner = \"y\"\nuntil = \"2099-01-01\"\n[[feed]]\nname = \"f\"\nsource = \"s\"\n";
        let result = settings(vec![layer(LayerKind::Project, loose)]);
        assert_eq!(result.policy.cooldown.release, Age::days(3), "shorter is refused");
        assert_eq!(result.policy.cooldown.name, Age::days(30), "longer is taken");
        assert!(
            result.policy.cooldown.own.is_empty()
                && result.policy.waivers.is_empty()
                && result.feeds.is_empty()
        );
        assert!(result.policy.levels.is_empty());
        assert_eq!(result.policy.unassessed, UnassessedAction::Hold);
        assert_eq!(result.policy.fail_on, Level::Quarantine);
        let keys: Vec<&str> = result
            .refused
            .iter()
            .map(|(_, refused)| refused.key.as_str())
            .collect();
        for key in [
            "cooldown.release",
            "cooldown.own",
            "run.unassessed",
            "run.fail-on",
            "audits.known-malicious",
            "waiver",
            "feed",
        ] {
            assert!(keys.contains(&key), "{key} was not told: {keys:?}");
        }
    }

    #[test]
    fn an_owner_may_trust_a_project_from_outside_it() {
        let waiver = "[[waiver]]\npackage = \"left\"\nversion = \"1.0.0\"\nreason = \"x\"\nowner = \"y\"\nuntil = \"2099-01-01\"\n";
        let trusted = settings(vec![
            layer(LayerKind::User, "[trust]\nprojects = [\"/src/app\"]"),
            layer(LayerKind::Project, waiver),
        ]);
        assert_eq!(trusted.policy.waivers.len(), 1);
    }

    #[test]
    fn a_waiver_without_a_reason_or_with_a_wrong_date_is_an_error() {
        for (field, text) in [
            ("reason", "reason = \" \"\nowner = \"y\"\nuntil = \"2099-01-01\""),
            ("until", "reason = \"x\"\nowner = \"y\"\nuntil = \"soon\""),
        ] {
            let text = format!("[[waiver]]\npackage = \"left\"\nversion = \"1.0.0\"\n{text}");
            let error = resolve(vec![layer(LayerKind::User, &text)], &Overrides::default()).unwrap_err();
            assert!(error.key.ends_with(field), "{error}");
        }
    }

    #[test]
    fn an_audit_that_does_not_exist_is_named() {
        let error = resolve(
            vec![layer(LayerKind::User, "[audits]\nknown-malicous = \"warn\"")],
            &Overrides::default(),
        )
        .unwrap_err();
        assert!(error.to_string().contains("known-malicous"), "{error}");
    }
}
