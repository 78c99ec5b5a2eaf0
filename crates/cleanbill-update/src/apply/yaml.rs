//! One value of a YAML settings file changed in place: every other line stays as its owner wrote it.
//! It changes block mappings alone, knows nothing of packages, and gives up wherever a second reading of the new
//! text does not say exactly what was meant.
use yaml_serde::{Mapping, Value};

/// Largest text changed, in bytes; real settings are a few kilobytes.
const MAX_BYTES: usize = 1024 * 1024;
/// Deepest mapping changed; catalogs are two deep.
const MAX_DEPTH: usize = 4;

/// Why a settings file is left to its owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum YamlEditError {
    /// It cannot be read.
    #[error("it is no YAML that can be read")]
    Unreadable,
    /// It is too long, or the place too deep.
    #[error("it goes beyond what is changed here")]
    TooLarge,
    /// What is to be changed is not there, or is not what it was.
    #[error("`{at}` does not say {expected:?} any more")]
    Differs {
        /// Where.
        at: String,
        /// What it said when the plan was made.
        expected: String,
    },
    /// It is written in a form that is not changed line by line: flow style, anchors, several documents.
    #[error("`{at}` is written in a form that is left to its owner")]
    Form {
        /// Where.
        at: String,
    },
}

/// The value at `path`, where it is a scalar.
///
/// # Errors
/// When the text cannot be read.
pub fn get(text: &str, path: &[&str]) -> Result<Option<String>, YamlEditError> {
    Ok(look_up(&read(text)?, path).and_then(scalar))
}

/// The scalars of the list at `path`; `None` where there is no list.
///
/// # Errors
/// When the text cannot be read.
pub fn list(text: &str, path: &[&str]) -> Result<Option<Vec<String>>, YamlEditError> {
    let root = read(text)?;
    let found = look_up(&root, path).and_then(Value::as_sequence);
    Ok(found.map(|items| items.iter().filter_map(scalar).collect()))
}

/// The pairs of scalars of the mapping at `path`; nothing where there is none.
///
/// # Errors
/// When the text cannot be read.
pub fn pairs(text: &str, path: &[&str]) -> Result<Vec<(String, String)>, YamlEditError> {
    let root = read(text)?;
    let found = look_up(&root, path).and_then(Value::as_mapping);
    Ok(found
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((scalar(key)?, scalar(value)?)))
        .collect())
}

/// The keys of the mapping at `path`; nothing where there is none.
///
/// # Errors
/// When the text cannot be read.
pub fn keys(text: &str, path: &[&str]) -> Result<Vec<String>, YamlEditError> {
    let root = read(text)?;
    let found = look_up(&root, path).and_then(Value::as_mapping);
    Ok(found
        .into_iter()
        .flatten()
        .filter_map(|(key, _)| scalar(key))
        .collect())
}

/// Changes the scalar at `path` from `old` to `new`.
///
/// # Errors
/// When it does not stand there, or in another form.
pub fn replace(text: &str, path: &[&str], old: &str, new: &str) -> Result<String, YamlEditError> {
    if get(text, path)?.as_deref() != Some(old) {
        return Err(YamlEditError::Differs {
            at: path.join("."),
            expected: old.to_owned(),
        });
    }
    put(text, path, new)
}

/// Puts the string `value` at `path`, making the mappings on the way where they are missing.
///
/// # Errors
/// When something stands in the way in a form that is not changed here.
pub fn put(text: &str, path: &[&str], value: &str) -> Result<String, YamlEditError> {
    set(text, path, &Value::String(value.to_owned()))
}

/// Puts a scalar or a list of scalars at `path`.
///
/// # Errors
/// When something stands in the way in a form that is not changed here.
pub fn set(text: &str, path: &[&str], value: &Value) -> Result<String, YamlEditError> {
    let form = || YamlEditError::Form { at: path.join(".") };
    if text.len() > MAX_BYTES || path.is_empty() || path.len() > MAX_DEPTH {
        return Err(YamlEditError::TooLarge);
    }
    let mut wanted = read(text)?;
    if wanted.is_null() {
        wanted = Value::Mapping(Mapping::new());
    }
    place(&mut wanted, path, value).ok_or_else(form)?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.lines().collect();
    let changed = changed(&lines, path, value).ok_or_else(form)?;
    let changed = changed.join(newline) + newline;
    // The proof: read again, it says what it said, and the one thing more.
    if read(&changed).ok().as_ref() == Some(&wanted) {
        Ok(changed)
    } else {
        Err(form())
    }
}

/// True when two texts have the same at `path`.
#[must_use]
pub fn same(one: &str, other: &str, path: &[&str]) -> bool {
    match (read(one), read(other)) {
        (Ok(one), Ok(other)) => look_up(&one, path) == look_up(&other, path),
        _ => false,
    }
}

/// A JSON value as YAML has it.
#[must_use]
pub fn value(json: &serde_json::Value) -> Value {
    yaml_serde::to_value(json).unwrap_or(Value::Null)
}

fn read(text: &str) -> Result<Value, YamlEditError> {
    if text.len() > MAX_BYTES {
        return Err(YamlEditError::TooLarge);
    }
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    yaml_serde::from_str(text).map_err(|_| YamlEditError::Unreadable)
}

fn look_up<'v>(root: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter()
        .try_fold(root, |value, key| value.as_mapping()?.get(*key))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The change as it is meant, made in the tree.
fn place(root: &mut Value, path: &[&str], value: &Value) -> Option<()> {
    let (last, way) = path.split_last()?;
    let mut here = root;
    for key in way {
        let map = here.as_mapping_mut()?;
        let key = Value::String((*key).to_owned());
        here = map.entry(key).or_insert(Value::Null);
        if here.is_null() {
            *here = Value::Mapping(Mapping::new());
        }
    }
    here.as_mapping_mut()?
        .insert(Value::String((*last).to_owned()), value.clone());
    Some(())
}

/// Where a mapping's lines stand: its own indentation, and the lines after its key.
struct Block {
    from: usize,
    to: usize,
    indent: usize,
}

/// The lines with the change in them.
fn changed(lines: &[&str], path: &[&str], value: &Value) -> Option<Vec<String>> {
    let mut out: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let mut block = Block {
        from: 0,
        to: lines.len(),
        indent: 0,
    };
    for (depth, key) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        let Some(at) = find(lines, &block, key) else {
            let at = end_of(lines, &block);
            let mut new = Vec::new();
            let mut indent = block.indent;
            for (step, key) in path.iter().enumerate().skip(depth) {
                if step + 1 == path.len() {
                    new.extend(written(indent, key, value, ""));
                } else {
                    new.push(format!("{:indent$}{}:", "", quoted(key)));
                }
                indent += 2;
            }
            out.splice(at..at, new);
            return Some(out);
        };
        let line = lines.get(at)?;
        let (_, rest) = split(line.trim_start())?;
        let (inline, comment) = apart(rest);
        let inner = children(lines, at, block.indent, block.to);
        if last {
            out.splice(at..inner.to, written(block.indent, path.last()?, value, comment));
            return Some(out);
        }
        match inline {
            "" => {}
            "{}" | "~" | "null" => {
                let kept = if comment.is_empty() {
                    String::new()
                } else {
                    format!(" {comment}")
                };
                let indent = block.indent;
                *out.get_mut(at)? = format!("{:indent$}{}:{kept}", "", quoted(key));
            }
            _ => return None,
        }
        block = inner;
    }
    None
}

/// The line of `key` in a block.
fn find(lines: &[&str], block: &Block, key: &str) -> Option<usize> {
    (block.from..block.to).find(|at| {
        lines.get(*at).is_some_and(|line| {
            indent_of(line) == Some(block.indent)
                && split(line.trim_start()).is_some_and(|(known, _)| known == key)
        })
    })
}

/// The lines below the key at `at`: everything that is indented further, and a list at the key's own indentation.
fn children(lines: &[&str], at: usize, indent: usize, limit: usize) -> Block {
    let mut to = at + 1;
    let mut inner = None;
    for (index, line) in lines.iter().enumerate().take(limit).skip(at + 1) {
        let Some(depth) = indent_of(line) else { continue };
        let item = depth == indent && line.trim_start().starts_with("- ");
        if depth <= indent && !item {
            break;
        }
        inner = inner.or(Some(depth));
        to = index + 1;
    }
    Block {
        from: at + 1,
        to,
        indent: inner.unwrap_or(indent + 2),
    }
}

/// Where a new key of the block goes: after its last line that says something.
fn end_of(lines: &[&str], block: &Block) -> usize {
    (block.from..block.to)
        .rev()
        .find(|at| lines.get(*at).is_some_and(|line| indent_of(line).is_some()))
        .map_or(block.from, |at| at + 1)
}

/// The indentation of a line that says something; `None` for blanks and comments.
fn indent_of(line: &str) -> Option<usize> {
    let trimmed = line.trim_start_matches(' ');
    (!trimmed.trim().is_empty() && !trimmed.starts_with('#')).then(|| line.len() - trimmed.len())
}

/// A line's key and what follows its colon.
fn split(line: &str) -> Option<(String, &str)> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let rest = line.get(1..)?;
        let end = rest.find(quote)?;
        let after = rest.get(end + 1..)?.trim_start();
        return Some((rest.get(..end)?.to_owned(), after.strip_prefix(':')?));
    }
    let at = line
        .find(": ")
        .or_else(|| line.ends_with(':').then(|| line.len() - 1))?;
    Some((line.get(..at)?.trim_end().to_owned(), line.get(at + 1..)?))
}

/// A value on its key's line, and the comment behind it.
fn apart(rest: &str) -> (&str, &str) {
    let rest = rest.trim();
    if rest.starts_with('#') {
        return ("", rest);
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let from = quote
        .and_then(|quote| rest.get(1..)?.find(quote))
        .map_or(0, |at| at + 2);
    match rest.get(from..).and_then(|tail| tail.find(" #")) {
        Some(at) => {
            let (value, comment) = rest.split_at_checked(from + at).unwrap_or((rest, ""));
            (value.trim_end(), comment.trim_start())
        }
        None => (rest, ""),
    }
}

fn written(indent: usize, key: &str, value: &Value, comment: &str) -> Vec<String> {
    let tail = if comment.is_empty() {
        String::new()
    } else {
        format!(" {comment}")
    };
    let key = quoted(key);
    match value {
        Value::Sequence(items) if items.is_empty() => vec![format!("{:indent$}{key}: []{tail}", "")],
        Value::Sequence(items) => std::iter::once(format!("{:indent$}{key}:{tail}", ""))
            .chain(
                items
                    .iter()
                    .map(|item| format!("{:indent$}  - {}", "", plain(item))),
            )
            .collect(),
        one => vec![format!("{:indent$}{key}: {}{tail}", "", plain(one))],
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => scalar(other).unwrap_or_else(|| "null".to_owned()),
    }
}

/// A string as a scalar: bare where nothing else could be read from it.
fn quoted(text: &str) -> String {
    let bare = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '^' | '/'))
        && !text.starts_with('-')
        && yaml_serde::from_str::<Value>(text).is_ok_and(|value| value.is_string());
    if bare {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_changes_and_every_other_line_stays() {
        let text = "# ours\npackages:\n  - 'packages/*'\n\ncatalog:\n  left: ^1.0.0 # keep\n  '@s/right': \"2\"\n\n# end\n";
        assert_eq!(
            replace(text, &["catalog", "left"], "^1.0.0", "^2.0.0").unwrap(),
            text.replace("^1.0.0", "^2.0.0")
        );
        assert_eq!(
            replace(text, &["catalog", "@s/right"], "2", "3.0.1").unwrap(),
            text.replace("\"2\"", "3.0.1")
        );
        assert!(matches!(
            replace(text, &["catalog", "left"], "^9.0.0", "^2.0.0"),
            Err(YamlEditError::Differs { .. })
        ));
    }

    #[test]
    fn what_is_missing_is_added_where_it_belongs() {
        let text = "packages:\n- a\n\noverrides:\n    left: 1.0.0\n\n# end\n";
        assert_eq!(
            put(text, &["overrides", "a>b"], "1.0.1").unwrap(),
            text.replace("left: 1.0.0\n", "left: 1.0.0\n    'a>b': 1.0.1\n")
        );
        assert_eq!(
            put("", &["overrides", "left"], "1.0").unwrap(),
            "overrides:\n  left: '1.0'\n"
        );
        assert_eq!(
            put(
                "a: 1\r\noverrides: {} # none\r\n",
                &["overrides", "left"],
                "1.0.0"
            )
            .unwrap(),
            "a: 1\r\noverrides: # none\r\n  left: 1.0.0\r\n"
        );
        assert_eq!(
            put(
                "catalogs:\n  old:\n    a: 1.0.0\n",
                &["catalogs", "new", "b"],
                "^2.0.0"
            )
            .unwrap(),
            "catalogs:\n  old:\n    a: 1.0.0\n  new:\n    b: ^2.0.0\n"
        );
    }

    #[test]
    fn a_list_is_written_anew_with_its_key() {
        let text = "x: 1\nonly:\n- a\n- b # old\ny: 2\n";
        let new = Value::Sequence(vec!["a".into(), "@s/c".into()]);
        assert_eq!(
            set(text, &["only"], &new).unwrap(),
            "x: 1\nonly:\n  - a\n  - '@s/c'\ny: 2\n"
        );
        assert_eq!(
            set(text, &["only"], &Value::Sequence(Vec::new())).unwrap(),
            "x: 1\nonly: []\ny: 2\n"
        );
        assert_eq!(list(text, &["only"]).unwrap().unwrap(), ["a", "b"]);
        assert_eq!(
            set(text, &["z"], &Value::Bool(true)).unwrap(),
            format!("{text}z: true\n")
        );
    }

    #[test]
    fn other_forms_are_left_to_their_owner_and_nothing_panics() {
        for text in [
            "overrides: {left: 1.0.0}\n",
            "- a\n",
            "overrides: &x\n  left: 1.0.0\nother: *x\n",
            "overrides: |\n  left: 1.0.0\n",
            "a: 1\n---\nb: 2\n",
            "{",
            "overrides: 5\n",
            "\"overrides\\u0020\": 1\n? x\n",
        ] {
            let put = put(text, &["overrides", "left"], "2.0.0");
            if let Ok(new) = &put {
                assert_eq!(
                    get(new, &["overrides", "left"]).unwrap().as_deref(),
                    Some("2.0.0")
                );
            }
        }
        assert!(put("overrides: {left: 1.0.0}\n", &["overrides", "left"], "2.0.0").is_err());
        assert!(put("a: 1\n---\nb: 2\n", &["c"], "2").is_err());
        assert!(put("a: 1\n", &["a"; MAX_DEPTH + 1], "2").is_err());
    }
}
