//! Bun's binary lockfile, which is recognised and refused: its text twin says the same.
//! It reads the head and nothing else.
use crate::{Lockfile, LockfileFormat, ParseLockfileError};

const HEAD: &[u8] = b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n";

/// `bun.lockb`.
#[derive(Debug)]
pub struct BunLockb;

impl LockfileFormat for BunLockb {
    fn id(&self) -> &'static str {
        "bun-lockb"
    }
    fn file_names(&self) -> &'static [&'static str] {
        &["bun.lockb"]
    }
    fn recognises(&self, file_name: &str, bytes: &[u8]) -> bool {
        self.file_names().contains(&file_name) || bytes.starts_with(HEAD)
    }
    fn parse(&self, bytes: &[u8]) -> Result<Lockfile, ParseLockfileError> {
        let version = bytes
            .strip_prefix(HEAD)
            .and_then(|rest| rest.first_chunk::<4>())
            .map(|number| u32::from_le_bytes(*number).to_string());
        Err(ParseLockfileError::Binary {
            format: "bun-lockb",
            version,
            convert: "bun install --save-text-lockfile --frozen-lockfile --lockfile-only",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_file_is_refused_with_its_version_and_the_way_out() {
        let bytes = [HEAD, &2_u32.to_le_bytes(), &[0xff; 64]].concat();
        let error = crate::parse("bun.lockb", &bytes).unwrap_err();
        assert_eq!(error.to_string(), "the file is bun-lockb, a binary format");
        assert!(
            matches!(&error, ParseLockfileError::Binary { version: Some(version), .. } if version == "2")
        );
        assert!(
            error
                .hint()
                .is_some_and(|hint| format!("{hint:?}").contains("--save-text-lockfile"))
        );
    }

    #[test]
    fn it_is_known_by_its_head_whatever_its_name() {
        assert!(matches!(
            crate::parse("bun.lock", HEAD),
            Err(ParseLockfileError::Binary { version: None, .. })
        ));
    }
}
