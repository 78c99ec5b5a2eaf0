//! Secrets and addresses that cannot be printed by accident.
use std::fmt;

/// A token or password. Neither `Debug` nor `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Seals a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }
    /// The value, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// An address that shows no user, password, query or fragment when printed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SafeUrl(String);

impl SafeUrl {
    /// Wraps an address as it came.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }
    /// The address with all its parts, for the one place that asks it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.find(['?', '#']).unwrap_or(self.0.len());
        let plain = self.0.get(..end).unwrap_or_default();
        let Some((scheme, rest)) = plain.split_once("://") else {
            return f.write_str(plain);
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let hidden = if host.len() == authority.len() { "" } else { "…@" };
        write!(f, "{scheme}://{hidden}{host}{path}")
    }
}
impl fmt::Debug for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_secret_shows() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
        let url = SafeUrl::new("https://user:hunter2@registry.example/a?token=hunter2#x");
        assert_eq!(url.to_string(), "https://…@registry.example/a");
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
