//! The chain of a gate's log: each entry's hash covers the one before it, so that none can be changed,
//! left out or moved without every later hash being wrong. It knows texts and numbers, not what they tell.
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::Chained;

/// The hash that stands before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an entry.
#[must_use]
pub fn link(previous: &str, number: u64, text: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(previous.as_bytes());
    digest.update(b"\n");
    digest.update(number.to_string().as_bytes());
    digest.update(b"\n");
    digest.update(text.as_bytes());
    digest
        .finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// What is wrong with a chain, at its first wrong entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// A number is not the one before it and one.
    #[error("entry {expected} is missing; the next one there is {found}")]
    Missing {
        /// The number looked for.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// The hash is not that of the entry after the one before it.
    #[error("entry {number} was changed, or one before it")]
    Changed {
        /// The entry.
        number: u64,
    },
}

/// Follows a chain, piece by piece.
#[derive(Clone, Debug)]
pub struct Verifier {
    number: u64,
    hash: String,
}

impl Default for Verifier {
    fn default() -> Self {
        Self {
            number: 0,
            hash: BEGINNING.to_owned(),
        }
    }
}

impl Verifier {
    /// Checks the entries that follow.
    ///
    /// # Errors
    /// At the first one that does not fit.
    pub fn follow(&mut self, entries: &[Chained]) -> Result<(), Broken> {
        for entry in entries {
            let expected = self.number.saturating_add(1);
            if entry.number != expected {
                return Err(Broken::Missing {
                    expected,
                    found: entry.number,
                });
            }
            if link(&self.hash, entry.number, &entry.text) != entry.hash {
                return Err(Broken::Changed { number: entry.number });
            }
            self.number = entry.number;
            self.hash.clone_from(&entry.hash);
        }
        Ok(())
    }

    /// Number of the last entry that fitted; 0 where there was none.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its hash: whoever keeps it elsewhere can later tell that nothing before it was changed.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(texts: &[&str]) -> Vec<Chained> {
        let mut hash = BEGINNING.to_owned();
        (1..)
            .zip(texts)
            .map(|(number, text)| {
                hash = link(&hash, number, text);
                Chained {
                    number,
                    text: (*text).to_owned(),
                    hash: hash.clone(),
                }
            })
            .collect()
    }

    #[test]
    fn an_entry_changed_left_out_moved_or_added_shows() {
        let whole = chain(&["a", "b", "c", "d"]);
        let follow = |entries: &[Chained]| Verifier::default().follow(entries);
        assert_eq!(follow(&whole), Ok(()));
        let mut changed = whole.clone();
        changed[1].text = "x".into();
        assert_eq!(follow(&changed), Err(Broken::Changed { number: 2 }));
        let mut gone = whole.clone();
        gone.remove(2);
        assert_eq!(
            follow(&gone),
            Err(Broken::Missing {
                expected: 3,
                found: 4
            })
        );
        let mut moved = whole.clone();
        moved.swap(1, 2);
        moved[1].number = 2;
        moved[2].number = 3;
        assert_eq!(follow(&moved), Err(Broken::Changed { number: 2 }));
        let mut forged = whole.clone();
        forged[3] = Chained {
            number: 4,
            text: "e".into(),
            hash: link(&whole[1].hash, 4, "e"),
        };
        assert_eq!(follow(&forged), Err(Broken::Changed { number: 4 }));
    }

    #[test]
    fn a_chain_is_followed_in_pieces() {
        let whole = chain(&["a", "b", "c"]);
        let mut verifier = Verifier::default();
        verifier.follow(&whole[..2]).unwrap();
        verifier.follow(&whole[2..]).unwrap();
        assert_eq!((verifier.number(), verifier.hash()), (3, whole[2].hash.as_str()));
    }
}
