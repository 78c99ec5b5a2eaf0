//! Where a bucket is, from its address as it is written in settings.
//! It asks nobody whether the bucket is there.
use std::fmt;

use rusty_s3::{Bucket, Credentials, UrlStyle};
use url::Url;

/// The region signed where none is named; servers of one's own mostly know this one alone.
const REGION: &str = "us-east-1";
/// Longest prefix: a key and it stay far below the 1,024 bytes an object's name may have.
const MAX_PREFIX: usize = 256;

/// A bucket and the part of it that is ours.
#[derive(Clone)]
pub struct Place {
    pub(crate) bucket: Bucket,
    pub(crate) prefix: String,
}

/// The keys by which requests are signed.
#[derive(Clone)]
pub struct Keys(pub(crate) Credentials);

/// An address is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is no bucket: {reason}")]
pub struct ParsePlaceError {
    shown: String,
    reason: &'static str,
}

impl Keys {
    /// Keys, with the token that comes with passing ones.
    #[must_use]
    pub fn new(id: &str, secret: &str, token: Option<&str>) -> Self {
        Self(match token {
            Some(token) => Credentials::new_with_token(id, secret, token),
            None => Credentials::new(id, secret),
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Place {
    /// Reads `s3://BUCKET/PREFIX?endpoint=URL&region=NAME&style=path|host`. The endpoint has to be named; the bucket
    /// goes into its path unless `style=host` puts it before the host.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn parse(text: &str) -> Result<Self, ParsePlaceError> {
        let fail = |reason| ParsePlaceError {
            // What stands behind the question mark may hold what should not be shown.
            shown: text
                .split('?')
                .next()
                .unwrap_or_default()
                .chars()
                .take(200)
                .collect(),
            reason,
        };
        let url = Url::parse(text).map_err(|_| fail("it is no address"))?;
        if url.scheme() != "s3"
            || !url.username().is_empty()
            || url.password().is_some()
            || url.port().is_some()
        {
            return Err(fail("write it as s3://BUCKET/PREFIX?endpoint=URL"));
        }
        let name = url.host_str().filter(|name| is_bucket(name));
        let name = name.ok_or_else(|| fail("a bucket's name has small letters, digits, dots and dashes"))?;
        let prefix = url.path().trim_matches('/');
        let plain = |part: &str| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        if prefix.len() > MAX_PREFIX || !(prefix.is_empty() || prefix.split('/').all(plain)) {
            return Err(fail("the prefix has letters, digits, `-`, `_`, `.` and `/` only"));
        }
        let (mut endpoint, mut region, mut style) = (None, REGION.to_owned(), UrlStyle::Path);
        for (key, value) in url.query_pairs() {
            match (&*key, &*value) {
                ("endpoint", value) => endpoint = Url::parse(value).ok(),
                ("region", value) if !value.is_empty() => region = value.to_owned(),
                ("style", "path") => style = UrlStyle::Path,
                ("style", "host") => style = UrlStyle::VirtualHost,
                _ => {
                    return Err(fail(
                        "only `endpoint`, `region` and `style=path` or `style=host` may follow",
                    ));
                }
            }
        }
        let endpoint = endpoint
            .filter(|endpoint| matches!(endpoint.scheme(), "http" | "https"))
            .ok_or_else(|| fail("say where its server is with `?endpoint=https://…`"))?;
        let bucket = Bucket::new(endpoint, style, name.to_owned(), region)
            .map_err(|_| fail("its endpoint has no host"))?;
        let prefix = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        Ok(Self { bucket, prefix })
    }

    /// A folder within it.
    #[must_use]
    pub fn within(&self, folder: &str) -> Self {
        Self {
            bucket: self.bucket.clone(),
            prefix: format!("{}{folder}/", self.prefix),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.bucket.base_url(), self.prefix)
    }
}

/// As S3 names buckets, so that no name leads to another path.
fn is_bucket(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
        && !name.contains("..")
        && !name.starts_with(['.', '-'])
        && !name.ends_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_bucket_its_folder_and_its_server() {
        let place =
            Place::parse("s3://cleanbill/gate/one?endpoint=https://s3.acme.example&region=eu-1").unwrap();
        assert_eq!(place.to_string(), "https://s3.acme.example/cleanbill/gate/one/");
        assert_eq!(place.within("tarballs").prefix, "gate/one/tarballs/");
        assert_eq!(place.bucket.region(), "eu-1");
        let host = Place::parse("s3://cleanbill?endpoint=https://s3.acme.example&style=host").unwrap();
        assert_eq!(host.to_string(), "https://cleanbill.s3.acme.example/");
    }

    #[test]
    fn what_is_no_bucket_is_said_without_what_may_be_secret() {
        for text in [
            "",
            "cleanbill",
            "https://s3.acme.example/cleanbill",
            "s3://cleanbill",
            "s3://cleanbill?endpoint=ftp://acme.example",
            "s3://cleanbill?endpoint=https://acme.example&secret=abc",
            "s3://id:secret@cleanbill?endpoint=https://acme.example",
            "s3://Clean_Bill?endpoint=https://acme.example",
            "s3://cleanbill/a%2fb?endpoint=https://acme.example",
            "s3://cleanbill/a//b?endpoint=https://acme.example",
        ] {
            let error = Place::parse(text).err().map(|error| error.to_string());
            let error = error.unwrap_or_else(|| panic!("{text} is taken"));
            assert!(!error.contains("secret=abc"), "{error}");
        }
    }

    #[test]
    fn keys_are_not_shown() {
        let shown = format!("{:?}", Keys::new("id", "hidden", Some("token")));
        assert_eq!(shown, "Keys");
    }
}
