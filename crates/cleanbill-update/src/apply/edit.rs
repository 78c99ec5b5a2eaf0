//! One value of a JSON manifest changed in place: every other byte stays as its owner wrote it.
//! It knows JSON's grammar through its parser and nothing of packages.
use std::fmt;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// Deepest object changed; overrides are two or three deep.
const MAX_DEPTH: usize = 8;

/// Why a manifest cannot be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is no JSON object, or has something else where an object is needed.
    #[error("`{at}` is no JSON object")]
    NotAnObject {
        /// Where.
        at: String,
    },
    /// What is to be changed is not there, or is not what it was.
    #[error("`{at}` does not say {expected:?} any more")]
    Differs {
        /// Where.
        at: String,
        /// What it said when the plan was made.
        expected: String,
    },
    /// Deeper than anything meant for us.
    #[error("`{at}` lies too deep")]
    TooDeep {
        /// Where.
        at: String,
    },
}

/// The members of an object, in order, each value as it stands in the text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The text at `path`; `None` where there is none, or something else.
///
/// # Errors
/// When something else than an object is on the way.
pub fn get(text: &str, path: &[&str]) -> Result<Option<String>, EditError> {
    Ok(find(text, path)?.and_then(|(_, raw)| serde_json::from_str(raw).ok()))
}

/// Changes the text at `path` from `old` to `new`.
///
/// # Errors
/// When it does not stand there.
pub fn replace(text: &str, path: &[&str], old: &str, new: &str) -> Result<String, EditError> {
    let differs = || EditError::Differs {
        at: path.join("."),
        expected: old.to_owned(),
    };
    let (start, raw) = find(text, path)?.ok_or_else(differs)?;
    let value: String = serde_json::from_str(raw).map_err(|_| differs())?;
    if value != old {
        return Err(differs());
    }
    Ok(spliced(text, start, start + raw.len(), &quoted(new)))
}

/// Puts `value` at `path`, making the objects on the way where they are missing.
///
/// # Errors
/// When something else than an object is in the way.
pub fn put(text: &str, path: &[&str], value: &str) -> Result<String, EditError> {
    put_json(text, path, &serde_json::Value::from(value))
}

/// The same with any value.
///
/// # Errors
/// When something else than an object is in the way.
pub fn put_json(text: &str, path: &[&str], value: &serde_json::Value) -> Result<String, EditError> {
    let value = value.to_string();
    if path.len() > MAX_DEPTH {
        return Err(EditError::TooDeep { at: path.join(".") });
    }
    if let Some((start, raw)) = find(text, path)? {
        return Ok(spliced(text, start, start + raw.len(), &value));
    }
    // The deepest object that is there takes the rest as one new member.
    let mut known = path.len().saturating_sub(1);
    let (start, raw) = loop {
        let (there, _) = path.split_at_checked(known).unwrap_or((&[], path));
        match find(text, there)? {
            Some(found) => break found,
            None if known == 0 => return Err(EditError::NotAnObject { at: path.join(".") }),
            None => known -= 1,
        }
    };
    let at = path.get(..known).unwrap_or_default().join(".");
    let members: Members<'_> = serde_json::from_str(raw).map_err(|_| EditError::NotAnObject { at })?;
    let unit = indent_unit(text);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = |depth: usize| format!("{newline}{}", unit.repeat(depth));
    let rest = path.get(known..).unwrap_or_default();
    let mut inserted = String::new();
    for (step, key) in rest.iter().enumerate() {
        inserted.push_str(&line(known + 1 + step));
        inserted.push_str(&format!("{}: ", quoted(key)));
        if step + 1 < rest.len() {
            inserted.push('{');
        }
    }
    inserted.push_str(&value);
    for depth in (1..rest.len()).rev() {
        inserted.push_str(&line(known + depth));
        inserted.push('}');
    }
    let inner = raw.strip_suffix('}').unwrap_or(raw);
    let body = inner.trim_end();
    let comma = if members.0.is_empty() { "" } else { "," };
    let changed = format!("{body}{comma}{inserted}{}}}", line(known));
    Ok(spliced(text, start, start + raw.len(), &changed))
}

/// Where the value at `path` stands and its text; `None` where there is none. The last of equal keys counts, as
/// JavaScript reads it.
fn find<'a>(text: &'a str, path: &[&str]) -> Result<Option<(usize, &'a str)>, EditError> {
    let lead = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let mut start = lead;
    let mut raw = text.get(lead..).unwrap_or_default().trim_end();
    for (depth, key) in path.iter().enumerate() {
        let at = || EditError::NotAnObject {
            at: path.get(..depth).unwrap_or_default().join("."),
        };
        let members: Members<'a> = serde_json::from_str(raw).map_err(|_| at())?;
        let Some((_, value)) = members.0.into_iter().rev().find(|(known, _)| known == key) else {
            return Ok(None);
        };
        // The value borrows from the text, so its distance to the start is its place.
        start += value.get().as_ptr().addr() - raw.as_ptr().addr();
        raw = value.get();
    }
    Ok(Some((start, raw)))
}

fn spliced(text: &str, start: usize, end: usize, new: &str) -> String {
    format!(
        "{}{new}{}",
        text.get(..start).unwrap_or_default(),
        text.get(end..).unwrap_or_default()
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The indentation of the first indented line; two blanks where there is none.
fn indent_unit(text: &str) -> String {
    let lead = |line: &str| {
        line.chars()
            .take_while(|c| matches!(c, ' ' | '\t'))
            .collect::<String>()
    };
    text.lines()
        .map(lead)
        .find(|lead| !lead.is_empty())
        .unwrap_or_else(|| "  ".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_changes_and_every_other_byte_stays() {
        let text = "\u{feff}{\r\n\t\"name\" : \"app\",\r\n\t\"dependencies\":{ \"a\":\"^1.0.0\",  \"b\": \"1\" }\r\n}\r\n";
        let changed = replace(text, &["dependencies", "a"], "^1.0.0", "^2.0.0").unwrap();
        assert_eq!(changed, text.replace("^1.0.0", "^2.0.0"));
        assert!(
            replace(text, &["dependencies", "a"], "^9.0.0", "^2.0.0").is_err(),
            "somebody changed it meanwhile"
        );
        assert!(replace(text, &["devDependencies", "a"], "^1.0.0", "^2.0.0").is_err());
    }

    #[test]
    fn an_override_is_added_in_the_style_of_the_file() {
        let text = "{\n    \"name\": \"app\"\n}\n";
        let added = put(text, &["overrides", "a", "b"], "1.0.1").unwrap();
        assert_eq!(
            added,
            "{\n    \"name\": \"app\",\n    \"overrides\": {\n        \"a\": {\n            \"b\": \"1.0.1\"\n        }\n    }\n}\n"
        );
        let more = put(&added, &["overrides", "c"], "2.0.0").unwrap();
        assert!(
            more.contains("        },\n        \"c\": \"2.0.0\"\n    }\n"),
            "{more}"
        );
        let again = put(&more, &["overrides", "c"], "2.0.1").unwrap();
        assert_eq!(again, more.replace("2.0.0", "2.0.1"));
        for value in [&added, &more, &again] {
            serde_json::from_str::<serde_json::Value>(value).unwrap();
        }
        assert_eq!(put("{}", &["a"], "b").unwrap(), "{\n  \"a\": \"b\"\n}");
    }

    #[test]
    fn what_is_no_manifest_is_refused_and_nothing_panics() {
        for text in [
            "",
            "[]",
            "{",
            "null",
            "{\"overrides\": \"x\"}",
            "{\"overrides\": [1]}",
        ] {
            assert!(put(text, &["overrides", "a"], "1").is_err(), "{text}");
        }
        let nested: Vec<&str> = vec!["a"; MAX_DEPTH + 1];
        assert!(matches!(put("{}", &nested, "1"), Err(EditError::TooDeep { .. })));
    }
}
