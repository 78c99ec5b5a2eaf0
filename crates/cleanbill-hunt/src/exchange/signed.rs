//! Signatures beside campaign files and feeds, in minisign's format: Ed25519, readable by the tools people have.
//! It says whose key signed some bytes, and nothing of whether they are true.
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// Plain Ed25519, in minisign's words; the other one it has hashes with BLAKE2b first.
const PLAIN: &[u8; 2] = b"Ed";
const HASHED: &[u8; 2] = b"ED";
/// Longest comment; it is one line for people.
const MAX_COMMENT: usize = 1024;
/// Longest text taken for a key or a signature; real ones have some 400 bytes.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;
const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// Why a key or a signature does not count.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It is no key of this kind.
    #[error("it is no Ed25519 key")]
    Key,
    /// It is no signature in minisign's format.
    #[error("it is no signature in minisign's format")]
    Shape,
    /// It is of the kind that hashes first.
    #[error("it was made over a hash; sign with `minisign -l`, or with `cleanbill campaign sign`")]
    Hashed,
    /// It was made with another key.
    #[error("it was made with key {found}, not with {wanted}")]
    OtherKey {
        /// The key it names.
        found: String,
        /// The key that was to be.
        wanted: String,
    },
    /// The bytes or the signature were changed.
    #[error("the signature does not fit these bytes: one of the two was changed")]
    Broken,
    /// The comment under the signature was changed.
    #[error("the signature's trusted comment was changed")]
    Comment,
    /// The comment cannot be written.
    #[error("a comment is one line of at most {MAX_COMMENT} bytes")]
    BadComment,
    /// The machine gives no randomness.
    #[error("no key could be drawn on this machine")]
    Random,
}

/// A key that signs.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    pkcs8: Vec<u8>,
}

/// A key that checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    id: [u8; 8],
    key: [u8; 32],
}

impl SigningKey {
    /// Draws a new one.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn generate() -> Result<Self, SignatureError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| SignatureError::Random)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| SignatureError::Random)?;
        let pkcs8 = pkcs8.as_ref().to_vec();
        Ok(Self { pair, pkcs8 })
    }

    /// Reads one in PKCS#8 as PEM, as `openssl genpkey -algorithm ed25519` writes it too.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let (_, rest) = text.split_once(PEM_BEGIN).ok_or(SignatureError::Key)?;
        let (body, _) = rest.split_once(PEM_END).ok_or(SignatureError::Key)?;
        let body: String = body.split_whitespace().collect();
        let pkcs8 = STANDARD.decode(body).map_err(|_| SignatureError::Key)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).map_err(|_| SignatureError::Key)?;
        Ok(Self { pair, pkcs8 })
    }

    /// The text to keep secret.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", STANDARD.encode(&self.pkcs8))
    }

    /// The key that checks what this one signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut key = [0_u8; 32];
        for (to, from) in key.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        PublicKey::of(key)
    }

    /// Signs bytes. The comment is covered by the signature.
    ///
    /// # Errors
    /// When the comment is none.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, SignatureError> {
        if comment.len() > MAX_COMMENT || comment.contains(['\n', '\r']) {
            return Err(SignatureError::BadComment);
        }
        let public = self.public();
        let signature = self.pair.sign(bytes);
        let mut whole = PLAIN.to_vec();
        whole.extend_from_slice(&public.id);
        whole.extend_from_slice(signature.as_ref());
        let mut over = signature.as_ref().to_vec();
        over.extend_from_slice(comment.as_bytes());
        Ok(format!(
            "untrusted comment: signature by key {}\n{}\ntrusted comment: {comment}\n{}\n",
            public.id(),
            STANDARD.encode(whole),
            STANDARD.encode(self.pair.sign(&over).as_ref())
        ))
    }
}

impl PublicKey {
    fn of(key: [u8; 32]) -> Self {
        let mut id = [0_u8; 8];
        for (to, from) in id.iter_mut().zip(Sha256::digest(key).iter()) {
            *to = *from;
        }
        Self { id, key }
    }

    /// Reads one as minisign writes it: a comment line and the key, or the key alone.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let line = text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("untrusted comment:"))
            .ok_or(SignatureError::Key)?;
        let bytes = STANDARD.decode(line).map_err(|_| SignatureError::Key)?;
        let (kind, rest) = bytes.split_at_checked(2).ok_or(SignatureError::Key)?;
        let (id, key) = rest.split_at_checked(8).ok_or(SignatureError::Key)?;
        let id: [u8; 8] = id.try_into().map_err(|_| SignatureError::Key)?;
        let key: [u8; 32] = key.try_into().map_err(|_| SignatureError::Key)?;
        if kind == PLAIN {
            Ok(Self { id, key })
        } else {
            Err(SignatureError::Key)
        }
    }

    /// The text to give away.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut whole = PLAIN.to_vec();
        whole.extend_from_slice(&self.id);
        whole.extend_from_slice(&self.key);
        format!(
            "untrusted comment: public key {}\n{}\n",
            self.id(),
            STANDARD.encode(whole)
        )
    }

    /// Its short name, as minisign shows it.
    #[must_use]
    pub fn id(&self) -> String {
        self.id.iter().rev().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Checks a signature over bytes and gives its trusted comment.
    ///
    /// # Errors
    /// When it does not count.
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<String, SignatureError> {
        let mut lines = signature.lines();
        let (Some(_), Some(first), Some(comment), Some(second)) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(SignatureError::Shape);
        };
        let comment = comment
            .strip_prefix("trusted comment: ")
            .ok_or(SignatureError::Shape)?;
        let whole = STANDARD.decode(first.trim()).map_err(|_| SignatureError::Shape)?;
        let over = STANDARD
            .decode(second.trim())
            .map_err(|_| SignatureError::Shape)?;
        let (kind, rest) = whole.split_at_checked(2).ok_or(SignatureError::Shape)?;
        let (id, of_bytes) = rest.split_at_checked(8).ok_or(SignatureError::Shape)?;
        if kind == HASHED {
            return Err(SignatureError::Hashed);
        }
        if kind != PLAIN || of_bytes.len() != 64 {
            return Err(SignatureError::Shape);
        }
        if id != self.id {
            return Err(SignatureError::OtherKey {
                found: id.iter().rev().map(|byte| format!("{byte:02X}")).collect(),
                wanted: self.id(),
            });
        }
        let key = UnparsedPublicKey::new(&ED25519, self.key);
        key.verify(bytes, of_bytes).map_err(|_| SignatureError::Broken)?;
        let mut covered = of_bytes.to_vec();
        covered.extend_from_slice(comment.as_bytes());
        key.verify(&covered, &over).map_err(|_| SignatureError::Comment)?;
        Ok(comment.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_is_verified_and_what_was_changed_is_not() {
        let key = SigningKey::parse(&SigningKey::generate().unwrap().to_text()).unwrap();
        let public = PublicKey::parse(&key.public().to_text()).unwrap();
        let signature = key.sign(b"a pack", "campaigns of June").unwrap();
        assert_eq!(public.verify(b"a pack", &signature).unwrap(), "campaigns of June");
        assert_eq!(public.verify(b"a Pack", &signature), Err(SignatureError::Broken));
        let other = signature.replace("of June", "of July");
        assert_eq!(public.verify(b"a pack", &other), Err(SignatureError::Comment));
        let stranger = SigningKey::generate().unwrap().public();
        assert!(matches!(
            stranger.verify(b"a pack", &signature),
            Err(SignatureError::OtherKey { .. })
        ));
        assert_eq!(key.sign(b"", "two\nlines"), Err(SignatureError::BadComment));
    }

    #[test]
    fn a_key_of_openssl_is_read_and_gives_the_public_key_of_the_standard() {
        // RFC 8032, section 7.1, test 1, wrapped as RFC 8410 says.
        let seed = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
            0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
        ];
        let mut der = vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ];
        der.extend_from_slice(&seed);
        let text = format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", STANDARD.encode(der));
        let public = SigningKey::parse(&text).unwrap().public();
        assert_eq!((public.key[0], public.key[31]), (0xd7, 0x1a));
    }

    #[test]
    fn odd_texts_are_refused() {
        let public = SigningKey::generate().unwrap().public();
        for text in [
            "",
            "a\nb\nc\nd",
            "a\n\ntrusted comment: x\n",
            "\u{0}\n\u{0}\n\u{0}\n\u{0}",
        ] {
            assert_eq!(public.verify(b"", text), Err(SignatureError::Shape), "{text:?}");
            assert_eq!(PublicKey::parse(text), Err(SignatureError::Key));
            assert!(SigningKey::parse(text).is_err());
        }
        let hashed = format!(
            "c\n{}\ntrusted comment: x\n{}\n",
            STANDARD.encode([b"ED".as_slice(), &[0; 72]].concat()),
            STANDARD.encode([0; 64])
        );
        assert_eq!(public.verify(b"", &hashed), Err(SignatureError::Hashed));
    }
}
