//! The `.npmrc` syntax: lines of `key = value` as npm's own reader takes them, and `${VAR}` in them.
//! It knows no key's meaning, reads no file and no environment, and shows no value.
use cleanbill_model::{Defect, Secret};

use crate::limits::{MAX_EXPANDED_BYTES, MAX_SETTINGS, MAX_SETTINGS_BYTES};

/// One line of a settings file. Any value may be a secret, so none can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key as written, without `[]`.
    pub key: String,
    /// The value as written; `true` where there is none.
    pub value: Secret,
    /// True for `key[] = value`, which adds to a list.
    pub is_list: bool,
    /// Line, from 1.
    pub line: u32,
}

/// A settings file, read.
#[derive(Clone, Debug, Default)]
pub struct Npmrc {
    /// Its lines in order; the last of a key counts.
    pub entries: Vec<Entry>,
    /// What is wrong with it.
    pub defects: Vec<Defect>,
}

/// Reads a settings file. `file` is how its owner would write its path, for defects.
#[must_use]
pub fn parse(text: &str, file: &str) -> Npmrc {
    let mut read = Npmrc::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_SETTINGS_BYTES {
        let note = format!(
            "the file has {} bytes, the limit is {MAX_SETTINGS_BYTES}; it is not read",
            text.len()
        );
        read.defects.push(Defect::new("limit-settings-bytes", file, note));
        return read;
    }
    let mut in_section = false;
    for (line, number) in text
        .split('\n')
        .flat_map(|line| line.split('\r'))
        .zip(line_numbers(text))
    {
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            // npm reads a section as an object and looks at none of its keys.
            in_section = true;
            continue;
        }
        if in_section {
            continue;
        }
        if read.entries.len() >= MAX_SETTINGS {
            let note = format!("the file has more than {MAX_SETTINGS} settings; those beyond are not read");
            read.defects.push(Defect::new(
                "limit-settings",
                format!("{file} line {number}"),
                note,
            ));
            break;
        }
        read.entries.extend(entry(line, number));
    }
    read
}

/// The number of each piece that splitting at `\n` and then at `\r` gives: the number of its `\n` line.
fn line_numbers(text: &str) -> impl Iterator<Item = u32> + '_ {
    (1..)
        .zip(text.split('\n'))
        .flat_map(|(number, line)| line.split('\r').map(move |_| number))
}

fn entry(line: &str, number: u32) -> Option<Entry> {
    let (key, value) = match line.split_once('=') {
        Some((key, value)) => (plain(key), plain(value)),
        None => (plain(line), "true".to_owned()),
    };
    let (key, is_list) = match key.strip_suffix("[]") {
        Some(bare) => (bare.to_owned(), true),
        None => (key, false),
    };
    (!key.is_empty()).then(|| Entry {
        key,
        value: Secret::new(value),
        is_list,
        line: number,
    })
}

/// A key or value without quotes, comments and escapes.
fn plain(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return match quote {
                '"' => serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()),
                _ => inner.to_owned(),
            };
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' | '#' => break,
            '\\' => match chars.next() {
                Some(escaped @ (';' | '#' | '\\')) => out.push(escaped),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            _ => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A text with its variables put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    /// True when a variable was named that is not set, without `?` behind it.
    pub(crate) unset: bool,
}

/// True when the text names a variable that would be put in.
pub(crate) fn has_variable(text: &str) -> bool {
    let mut found = false;
    walk(text, |piece| found |= matches!(piece, Piece::Variable { .. }));
    found
}

/// Puts variables in: `${VAR}`, and `${VAR?}` which is empty when unset. An unset one without `?` stays as
/// written, as npm has it; a backslash before `$` keeps it as text.
pub(crate) fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Expanded {
    let mut out = Expanded {
        text: String::with_capacity(text.len()),
        unset: false,
    };
    walk(text, |piece| match piece {
        Piece::Text(text) => out.text.push_str(text),
        Piece::Variable {
            name,
            optional,
            whole,
        } => match lookup(name) {
            Some(value) => out.text.push_str(&value),
            None if optional => {}
            None => {
                out.unset = true;
                out.text.push_str(whole);
            }
        },
    });
    if out.text.len() > MAX_EXPANDED_BYTES {
        return Expanded {
            text: text.to_owned(),
            unset: true,
        };
    }
    out
}

enum Piece<'t> {
    Text(&'t str),
    Variable {
        name: &'t str,
        optional: bool,
        whole: &'t str,
    },
}

fn walk<'t>(text: &'t str, mut each: impl FnMut(Piece<'t>)) {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        let name = from
            .get(2..)
            .and_then(|tail| tail.find('}').and_then(|end| tail.get(..end)));
        let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(['$', '{'])) else {
            each(Piece::Text(before));
            let (dollar, tail) = from.split_at(1);
            each(Piece::Text(dollar));
            rest = tail;
            continue;
        };
        let (whole, tail) = from.split_at(name.len() + 3);
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            each(Piece::Text(before.get(..before.len() - 1).unwrap_or_default()));
            each(Piece::Text(whole));
        } else {
            each(Piece::Text(before));
            let (name, optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
            each(Piece::Variable {
                name,
                optional,
                whole,
            });
        }
        rest = tail;
    }
    each(Piece::Text(rest));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text, ".npmrc")
            .entries
            .into_iter()
            .map(|entry| (entry.key, entry.value.expose().to_owned()))
            .collect()
    }

    #[track_caller]
    fn reads(text: &str, key: &str, value: &str) {
        assert_eq!(pairs(text), [(key.to_owned(), value.to_owned())], "{text:?}");
    }

    #[test]
    fn lines_are_read_as_npm_reads_them() {
        reads(
            " registry = https://registry.example/ ",
            "registry",
            "https://registry.example/",
        );
        reads("; no\n# no\r\na=b\r\n", "a", "b");
        reads("a = b ; comment", "a", "b");
        reads("a = b \\; c \\# d", "a", "b ; c # d");
        reads("a = \"b ; c\"", "a", "b ; c");
        reads("a = 'b # c'", "a", "b # c");
        reads("ignore-scripts", "ignore-scripts", "true");
        reads("a = b=c==", "a", "b=c==");
        reads(
            "//registry.example/:_authToken=x",
            "//registry.example/:_authToken",
            "x",
        );
        reads("a=b\n[section]\nc=d", "a", "b");
        assert!(
            parse("ca[]=one\nca[]=two", ".npmrc")
                .entries
                .iter()
                .all(|entry| entry.is_list && entry.key == "ca")
        );
    }

    #[test]
    fn lines_are_counted() {
        let lines: Vec<_> = parse("\n\r\na=1\n; x\nb=2", ".npmrc")
            .entries
            .iter()
            .map(|entry| entry.line)
            .collect();
        assert_eq!(lines, [3, 5]);
    }

    #[test]
    fn values_never_show() {
        let read = parse("//registry.example/:_authToken=hunter2", ".npmrc");
        assert!(!format!("{read:?}").contains("hunter2"));
    }

    #[test]
    fn a_huge_file_is_not_read() {
        let read = parse(&"a=b\n".repeat(MAX_SETTINGS_BYTES), ".npmrc");
        assert!(read.entries.is_empty());
        assert_eq!(
            read.defects.iter().map(|defect| defect.code).collect::<Vec<_>>(),
            ["limit-settings-bytes"]
        );
        let read = parse(&"a=b\n".repeat(MAX_SETTINGS + 1), ".npmrc");
        assert_eq!((read.entries.len(), read.defects.len()), (MAX_SETTINGS, 1));
    }

    #[test]
    fn variables_are_put_in_as_npm_does() {
        let lookup = |name: &str| (name == "TOKEN").then(|| "s3".to_owned());
        let expanded = |text: &str| {
            let expanded = expand(text, &lookup);
            (expanded.text, expanded.unset)
        };
        assert_eq!(expanded("a${TOKEN}b"), ("as3b".to_owned(), false));
        assert_eq!(expanded("${OTHER}"), ("${OTHER}".to_owned(), true));
        assert_eq!(expanded("x${OTHER?}y"), ("xy".to_owned(), false));
        assert_eq!(expanded("\\${TOKEN}"), ("${TOKEN}".to_owned(), false));
        assert_eq!(expanded("\\\\${TOKEN}"), ("\\\\s3".to_owned(), false));
        assert_eq!(expanded("${${TOKEN}}"), ("${s3}".to_owned(), false));
        for text in ["$", "${", "${}", "${a", "$TOKEN"] {
            assert_eq!(expanded(text), (text.to_owned(), false));
            assert!(!has_variable(text));
        }
    }

    #[test]
    fn a_value_never_grows_past_its_limit() {
        let lookup = |_: &str| Some("x".repeat(1000));
        let text = "${A}".repeat(MAX_EXPANDED_BYTES / 500);
        assert_eq!(expand(&text, &lookup).text, text);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(?s).{0,200}") {
            let read = parse(&text, ".npmrc");
            prop_assert!(read.entries.iter().all(|entry| !entry.key.is_empty()));
        }

        #[test]
        fn text_without_variables_stays(text in "[a-z$\\\\{}? ]{0,40}") {
            if !has_variable(&text) && !text.contains("\\${") {
                let expanded = expand(&text, &|_| Some("never".to_owned())).text;
                prop_assert_eq!(expanded, text);
            }
        }

        #[test]
        fn what_is_written_is_read_back(key in "[a-z@/:._-]{1,20}", value in "[a-zA-Z0-9+/=._:-]{1,40}") {
            prop_assume!(!key.ends_with("[]"));
            reads(&format!("{key} = {value}"), &key, &value);
        }
    }
}
