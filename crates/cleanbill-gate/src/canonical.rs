//! Lockfiles written behind a gate, with the gate's address taken out again: a lockfile is shared with
//! people who have another gate or none. It changes addresses and nothing else.
use cleanbill_model::PackageName;

use crate::names::{Asked, asked};

/// `text` with every address below `gate` (no slash at its end) replaced by what `original` gives for the
/// tarball it names; `None` when there is none to replace. An address that `original` does not know keeps
/// its path below `base`.
pub fn restore(
    text: &str,
    gate: &str,
    base: &str,
    original: &dyn Fn(&PackageName, &str) -> Option<String>,
) -> Option<String> {
    if !text.contains(gate) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(gate) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let path = from.get(gate.len()..).unwrap_or_default();
        let end = path
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '#' | ',' | '}' | ')' | ']'))
            .unwrap_or(path.len());
        let (path, after) = path.split_at(end);
        let known = match asked(path) {
            Asked::Tarball(name, file) => original(&name, &file),
            _ => None,
        };
        match known {
            Some(url) => out.push_str(&url),
            None => {
                out.push_str(base.trim_end_matches('/'));
                out.push_str(path);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gates_address_leaves_no_trace_and_nothing_else_changes() {
        let text = "{\"resolved\": \"http://127.0.0.1:4000/left/-/left-1.0.0.tgz\", \"x\": \"http://127.0.0.1:4000/@acme/a/-/a-1.0.0.tgz\"}\n";
        let original = |name: &PackageName, file: &str| {
            (name.as_str() == "left").then(|| format!("https://registry.example/left/-/{file}"))
        };
        let restored = restore(
            text,
            "http://127.0.0.1:4000",
            "https://registry.example/",
            &original,
        )
        .unwrap();
        assert_eq!(
            restored,
            "{\"resolved\": \"https://registry.example/left/-/left-1.0.0.tgz\", \"x\": \"https://registry.example/@acme/a/-/a-1.0.0.tgz\"}\n"
        );
        assert!(restore(&restored, "http://127.0.0.1:4000", "", &original).is_none());
    }

    #[test]
    fn yarn_classics_fragment_stays() {
        let text = "  resolved \"http://127.0.0.1:4000/left/-/left-1.0.0.tgz#da39\"\n";
        let restored = restore(
            text,
            "http://127.0.0.1:4000",
            "https://registry.example",
            &|_, _| None,
        )
        .unwrap();
        assert_eq!(
            restored,
            "  resolved \"https://registry.example/left/-/left-1.0.0.tgz#da39\"\n"
        );
    }
}
