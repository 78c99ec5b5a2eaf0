//! Tokens of clients and administrators: made once, kept as a digest, looked up in a list that is read anew
//! every other second, so that a revoked one is worth nothing soon after. It serves no request.
use std::{collections::HashMap, fmt::Write as _, sync::Arc, time::Duration};

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cleanbill_model::{PackageName, Timestamp};
use cleanbill_policy::NamePattern;
use cleanbill_ports::{StoreError, Token};
use sha2::{Digest as _, Sha256};
use tokio::{sync::RwLock, time::Instant};

use crate::books::Books;

/// How a secret begins, so that scanners and people know one when they see it.
const PREFIX: &str = "cleanbill_";
/// Random bytes of a secret: not to be guessed, so that a plain digest keeps it.
const SECRET_BYTES: usize = 32;
/// How long the list is used before it is read anew.
const FRESH: Duration = Duration::from_secs(2);
/// How long the list is used where the store does not answer: long enough for a restart, short enough
/// that a revoked token does not live on.
const STALE: Duration = Duration::from_secs(60);

/// A new secret.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", hex(&bytes)))
}

/// What is kept of a secret.
#[must_use]
pub fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The secret of ours that a request brings, as a bearer token or as a password.
#[must_use]
pub fn secret_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let secret = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => rest.trim().to_owned(),
        "basic" => {
            let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
            decoded.split_once(':')?.1.to_owned()
        }
        _ => return None,
    };
    secret.starts_with(PREFIX).then_some(secret)
}

/// True when a token may fetch `name`.
#[must_use]
pub fn may_fetch(token: &Token, name: &PackageName) -> bool {
    token.scopes.is_empty()
        || token
            .scopes
            .iter()
            .any(|pattern| NamePattern(pattern.clone()).matches(name))
}

/// Tokens by the digest of their secrets.
type ByDigest = HashMap<String, Arc<Token>>;

/// The list of tokens, as it was a moment ago.
#[derive(Default)]
pub(crate) struct TokenList {
    read: RwLock<Option<(Instant, ByDigest)>>,
}

impl TokenList {
    /// The token of a secret, where it counts at `now`.
    pub(crate) async fn find(
        &self,
        books: &Books,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<Token>>, StoreError> {
        let wanted = digest(secret);
        let counts =
            |token: &Arc<Token>| token.revoked.is_none() && token.expires.is_none_or(|expires| now < expires);
        if let Some((at, list)) = &*self.read.read().await
            && at.elapsed() < FRESH
        {
            return Ok(list.get(&wanted).filter(|token| counts(token)).cloned());
        }
        let mut read = self.read.write().await;
        match books.ask(|store| store.tokens()).await {
            Ok(tokens) => {
                let list = tokens
                    .into_iter()
                    .map(|token| (token.hash.clone(), Arc::new(token)))
                    .collect();
                *read = Some((Instant::now(), list));
            }
            Err(error) => {
                let usable = read.as_ref().is_some_and(|(at, _)| at.elapsed() < STALE);
                if !usable {
                    return Err(error);
                }
            }
        }
        let found = read.as_ref().and_then(|(_, list)| list.get(&wanted));
        Ok(found.filter(|token| counts(token)).cloned())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use cleanbill_ports::Role;

    use super::*;

    fn with(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        secret_of(&headers)
    }

    #[test]
    fn secrets_are_unlike_and_found_in_both_schemes() {
        let (one, two) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), PREFIX.len() + 64);
        assert_eq!(with(&format!("Bearer {one}")), Some(one.clone()));
        let basic = STANDARD.encode(format!("anyone:{one}"));
        assert_eq!(with(&format!("Basic {basic}")), Some(one));
    }

    #[test]
    fn what_is_meant_for_others_is_not_taken() {
        for value in [
            "Bearer npm_abc",
            "Basic !!!",
            "Basic YQ==",
            "Bearer",
            "Digest x=y",
        ] {
            assert_eq!(with(value), None, "{value}");
        }
    }

    #[test]
    fn a_scoped_token_fetches_its_names_alone() {
        let token = Token {
            id: "ci".into(),
            note: String::new(),
            hash: String::new(),
            role: Role::Client,
            scopes: vec!["@acme".into(), "left".into()],
            created: Timestamp::from_millis(0),
            expires: None,
            revoked: None,
        };
        let may = |name: &str| may_fetch(&token, &PackageName::parse(name).unwrap());
        assert!(may("@acme/a") && may("left"));
        assert!(!may("@acme-x/a") && !may("left-pad"));
    }
}
