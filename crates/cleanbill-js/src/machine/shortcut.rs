//! Known decoders by what they do: a function that gave thrice what the common obfuscator's decoder gives is
//! answered without running it, inside the long loops that turn string tables. Nowhere else, and never by its text.
use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Machine;
use super::value::{V, Val};

/// Answers that must agree before a function is believed.
const AGREED: u8 = 3;
/// Shortest answers that count: anything agrees on one letter.
const SHORTEST: usize = 3;
/// Longest text decoded here; table entries are words.
const LONGEST: usize = 4_096;
/// Steps a loop has taken before its calls are answered here.
pub(crate) const LONG_LOOP: u64 = 30_000;

/// How far a function has shown what it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    #[default]
    Nothing,
    /// It agreed this often so far.
    Agrees(u8),
    /// It gave something else once.
    Differs,
}

/// The alphabets of the common obfuscator: letters turned round, and the usual order.
const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";

fn base64_text(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let alphabet = Alphabet::new(ALPHABET).ok()?;
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(&alphabet, config)
        .decode(text.trim_end_matches('='))
        .ok()?;
    String::from_utf8(bytes).ok()
}

/// RC4 over sixteen-bit units, as code over strings does it.
fn rc4(text: &str, key: &str) -> Option<String> {
    let key: Vec<u16> = key.encode_utf16().collect();
    if key.is_empty() {
        return None;
    }
    let mut state: [u8; 256] = std::array::from_fn(|ix| ix as u8);
    let mut j = 0usize;
    for ix in 0..256 {
        let k = key.get(ix % key.len()).copied().unwrap_or_default();
        j = (j + usize::from(*state.get(ix)?) + usize::from(k)) % 256;
        state.swap(ix, j);
    }
    let (mut i, mut j) = (0usize, 0usize);
    let mut out = Vec::new();
    for unit in text.encode_utf16() {
        i = (i + 1) % 256;
        j = (j + usize::from(*state.get(i)?)) % 256;
        state.swap(i, j);
        let at = (usize::from(*state.get(i)?) + usize::from(*state.get(j)?)) % 256;
        out.push(unit ^ u16::from(*state.get(at)?));
    }
    Some(String::from_utf16_lossy(&out))
}

/// What the common obfuscator's decoder gives for these arguments.
fn answer(args: &[Val]) -> Option<String> {
    let text = |ix: usize| match args.get(ix).map(|v| &v.v) {
        Some(V::Str(s)) if !s.has_holes() => Some(s.as_str()),
        _ => None,
    };
    match args.len() {
        1 => base64_text(text(0)?),
        2 => rc4(&base64_text(text(0)?)?, text(1)?),
        _ => None,
    }
}

impl Machine<'_> {
    /// The answer of a function that is known well enough, inside a long loop.
    pub(crate) fn shortcut(&mut self, id: u32, args: &[Val]) -> Option<Val> {
        if !self.turning || self.counts(id).shown != Shown::Agrees(AGREED) {
            return None;
        }
        let out = answer(args)?;
        self.charge(out.len() * 16);
        Some(Val::str(out))
    }

    /// Compares what a function gave with what a decoder would have given.
    pub(crate) fn compare(&mut self, id: u32, args: &[Val], out: &Val) {
        let seen = match self.counts(id).shown {
            Shown::Nothing => 0,
            Shown::Agrees(n) if n < AGREED => n,
            _ => return,
        };
        let (Some(first), Some(gave)) = (args.first().and_then(Val::known_str), out.known_str()) else {
            return;
        };
        if args.len() > 2 || first.len() < SHORTEST || gave.len() < SHORTEST {
            return;
        }
        let agrees = answer(args).is_some_and(|want| want == gave.as_str());
        self.counts(id).shown = if agrees {
            Shown::Agrees(seen + 1)
        } else {
            Shown::Differs
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoders_give_what_their_makers_meant() {
        // "lookup" under the turned alphabet, and RC4's published vector with key "Key".
        let turned = |bytes: &[u8]| {
            let alphabet = Alphabet::new(ALPHABET).expect("an alphabet");
            GeneralPurpose::new(&alphabet, GeneralPurposeConfig::new()).encode(bytes)
        };
        assert_eq!(base64_text(&turned(b"lookup")).as_deref(), Some("lookup"));
        let sealed: Vec<u16> = rc4("Plaintext", "Key").expect("a key").encode_utf16().collect();
        assert_eq!(sealed, [0xbb, 0xf3, 0x16, 0xe8, 0xd9, 0x40, 0xaf, 0x0a, 0xd3]);
        assert_eq!(rc4("x", ""), None);
    }
}
