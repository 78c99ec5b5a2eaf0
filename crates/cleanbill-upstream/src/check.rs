//! Whether a body that came whole is what was asked for at all.
//! It looks at the outermost shape and leaves the meaning to those who parse.
use serde::de::IgnoredAny;

use crate::settings::Condense;

/// Why an answer is not what was asked for.
pub(crate) enum Reason {
    /// Something else altogether.
    Other(&'static str),
    /// The right thing, broken.
    Broken(String),
}

/// The packument, condensed where the settings say so.
pub(crate) fn packument(bytes: Vec<u8>, html: bool, condense: Option<&Condense>) -> Result<Vec<u8>, Reason> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'<') => return Err(Reason::Other("an HTML page in place of a packument")),
        _ if html => return Err(Reason::Other("an HTML page in place of a packument")),
        None => return Err(Reason::Broken("an empty body in place of a packument".to_owned())),
        Some(_) => {
            return Err(Reason::Other(
                "a body that is no JSON object in place of a packument",
            ));
        }
    }
    match condense {
        Some(condense) => (condense.apply)(&bytes)
            .ok_or_else(|| Reason::Broken("a document that cannot be read as a packument".to_owned())),
        None => match serde_json::from_slice::<IgnoredAny>(&bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(Reason::Broken(format!(
                "the packument is not whole JSON (line {}, column {})",
                error.line(),
                error.column()
            ))),
        },
    }
}

/// The tarball as it came.
pub(crate) fn tarball(bytes: Vec<u8>, html: bool) -> Result<Vec<u8>, Reason> {
    let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
    let is_markup = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    if bytes.is_empty() {
        Err(Reason::Broken("an empty body in place of a tarball".to_owned()))
    } else if !is_gzip && (html || is_markup) {
        Err(Reason::Other("an HTML page in place of a tarball"))
    } else {
        Ok(bytes)
    }
}
