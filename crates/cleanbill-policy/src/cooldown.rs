//! How old a release and a name must be before use. Ages are readings; nobody asks what day it is here.
use cleanbill_model::{Age, Maturity, PackageName, Timestamp};

/// Minimum ages, for all and for some.
#[derive(Clone, Debug)]
pub struct Cooldown {
    /// For a release.
    pub release: Age,
    /// For a name: the time since its first version.
    pub name: Age,
    /// For some scopes or names; the first that matches counts.
    pub scopes: Vec<ScopedCooldown>,
    /// For some upstreams, by host; counts where no scope matches.
    pub upstreams: Vec<UpstreamCooldown>,
    /// Scopes and names of one's own: exempt from ages and from nothing else.
    pub own: Vec<NamePattern>,
}

/// Minimum ages for names that match.
#[derive(Clone, Debug)]
pub struct ScopedCooldown {
    /// Which names.
    pub pattern: NamePattern,
    /// For a release; `None` leaves the general one.
    pub release: Option<Age>,
    /// For a name; `None` leaves the general one.
    pub name: Option<Age>,
}

/// Minimum ages for what one upstream serves.
#[derive(Clone, Debug)]
pub struct UpstreamCooldown {
    /// Its host, with its port where it has one.
    pub host: String,
    /// For a release; `None` leaves the general one.
    pub release: Option<Age>,
    /// For a name; `None` leaves the general one.
    pub name: Option<Age>,
}

/// `@scope/*`, `@scope`, `name`, or a name with one `*` at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern(pub String);

impl NamePattern {
    /// True when the name is meant. Byte-exact, no folding.
    #[must_use]
    pub fn matches(&self, name: &PackageName) -> bool {
        let pattern = self.0.as_str();
        if let Some(prefix) = pattern.strip_suffix('*') {
            return name.as_str().starts_with(prefix);
        }
        pattern == name.as_str() || (!pattern.contains('/') && name.scope() == Some(pattern))
    }
}

impl Default for Cooldown {
    /// Three days for a release, seven for a name. Of the hijacks whose window is known, three days would
    /// have outlasted 34 of 37; look-alikes are new names, which only a name's age holds.
    fn default() -> Self {
        Self {
            release: Age::days(3),
            name: Age::days(7),
            scopes: Vec::new(),
            upstreams: Vec::new(),
            own: Vec::new(),
        }
    }
}

impl Cooldown {
    /// The moment from which the cooldown lets it pass, and the minimum age that says so; `None` where
    /// no minimum applies.
    #[must_use]
    pub fn ready(
        &self,
        maturity: Maturity,
        name: &PackageName,
        upstream: Option<&str>,
    ) -> Option<(Timestamp, Age)> {
        if self.own.iter().any(|pattern| pattern.matches(name)) {
            return None;
        }
        let scoped = self.scopes.iter().find(|scoped| scoped.pattern.matches(name));
        let by_host = self
            .upstreams
            .iter()
            .find(|rule| Some(rule.host.as_str()) == upstream);
        let (since, minimum) = match maturity {
            Maturity::Release(since) => {
                let special = scoped
                    .and_then(|s| s.release)
                    .or_else(|| by_host.and_then(|u| u.release));
                (since, special.unwrap_or(self.release))
            }
            Maturity::Name(since) => {
                let special = scoped
                    .and_then(|s| s.name)
                    .or_else(|| by_host.and_then(|u| u.name));
                (since, special.unwrap_or(self.name))
            }
        };
        (minimum > Age::default()).then(|| (since.plus(minimum), minimum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::parse(text).unwrap()
    }

    #[test]
    fn a_scope_pattern_means_the_scope_and_no_look_alike() {
        for pattern in ["@acme", "@acme/*"] {
            let pattern = NamePattern(pattern.into());
            assert!(pattern.matches(&name("@acme/tool")));
            assert!(!pattern.matches(&name("@acme-tools/tool")));
            assert!(!pattern.matches(&name("acme")));
        }
    }

    #[test]
    fn own_scopes_have_no_minimum_age() {
        let cooldown = Cooldown {
            own: vec![NamePattern("@acme".into())],
            ..Cooldown::default()
        };
        let born = Maturity::Release(Timestamp::from_millis(0));
        assert_eq!(cooldown.ready(born, &name("@acme/a"), None), None);
        assert_eq!(
            cooldown.ready(born, &name("a"), None),
            Some((Timestamp::from_millis(0).plus(Age::days(3)), Age::days(3)))
        );
    }

    #[test]
    fn a_scope_rule_goes_before_an_upstream_rule() {
        let cooldown = Cooldown {
            scopes: vec![ScopedCooldown {
                pattern: NamePattern("@types/*".into()),
                release: Some(Age::days(1)),
                name: None,
            }],
            upstreams: vec![UpstreamCooldown {
                host: "npm.acme.example".into(),
                release: Some(Age::default()),
                name: None,
            }],
            ..Cooldown::default()
        };
        let born = Maturity::Release(Timestamp::from_millis(0));
        assert_eq!(
            cooldown
                .ready(born, &name("@types/node"), Some("npm.acme.example"))
                .unwrap()
                .1,
            Age::days(1)
        );
        assert_eq!(
            cooldown.ready(born, &name("left"), Some("npm.acme.example")),
            None
        );
    }
}
