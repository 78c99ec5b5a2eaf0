//! Batch files of Windows, line by line, with the variables they set put in: a favourite way to hide a download is to
//! spell it from the letters of one variable. It runs nothing, and knows nothing of what a command does.
use std::collections::BTreeMap;

/// Most lines read; real installers have a few dozen.
const MOST_LINES: usize = 2_000;
/// Longest line after its variables are put in, in bytes.
const MOST_LINE: usize = 8 << 10;
/// Most variables kept.
const MOST_VARIABLES: usize = 256;

/// The commands of a batch file, each with the offset of its line in the text.
#[must_use]
pub(crate) fn lines(text: &str) -> Vec<(u32, String)> {
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let mut out = Vec::new();
    let mut offset = 0_usize;
    for line in text.split_inclusive('\n').take(MOST_LINES) {
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        offset += line.len();
        let bare = expand(line.trim().trim_start_matches('@'), &variables);
        let bare = bare.trim_start_matches('@').trim();
        let lower = bare.to_ascii_lowercase();
        if bare.is_empty() || bare.starts_with(':') || lower == "rem" || lower.starts_with("rem ") {
            continue;
        }
        if let Some((name, value)) = assignment(bare, &lower) {
            if variables.len() < MOST_VARIABLES {
                variables.insert(name.to_ascii_lowercase(), value.to_owned());
            }
            continue;
        }
        out.push((at, started(bare, &lower)));
    }
    out
}

/// `set name=value`, with or without quotes round the whole.
fn assignment<'a>(line: &'a str, lower: &str) -> Option<(&'a str, &'a str)> {
    let rest = lower.strip_prefix("set ").and(line.get(4..))?.trim_start();
    let rest = rest
        .strip_prefix('"')
        .map_or(rest, |inner| inner.trim_end_matches('"'));
    rest.split_once('=')
        .filter(|(name, _)| !name.is_empty() && !name.starts_with('/'))
}

/// The command behind `start` and its flags and title.
fn started(line: &str, lower: &str) -> String {
    let mut rest = match lower.strip_prefix("start ") {
        Some(_) => line.get(6..).unwrap_or_default().trim_start(),
        None => return line.to_owned(),
    };
    while rest.starts_with(['/', '"']) {
        let title = rest.strip_prefix('"').and_then(|inner| inner.split_once('"'));
        // A quoted path is the command, a quoted title is not.
        match title {
            Some((words, _)) if words.contains(['\\', '.']) => break,
            Some((_, after)) => rest = after.trim_start(),
            None => match rest.split_once(' ') {
                Some((_, after)) => rest = after.trim_start(),
                None => break,
            },
        }
    }
    rest.to_owned()
}

/// Puts variables in: `%name%`, `%name:~start,length%`. What is not known stays as it is written.
fn expand(line: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let known = after
            .split_once('%')
            .and_then(|(inner, behind)| Some((value(inner, variables)?, behind)));
        match known {
            Some((value, behind)) => {
                out.push_str(&value);
                rest = behind;
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
        if out.len() > MOST_LINE {
            break;
        }
    }
    out.push_str(rest);
    // A caret hides a letter from a reader and not from the shell.
    out.retain(|c| c != '^');
    out.chars().take(MOST_LINE).collect()
}

fn value(inner: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let (name, cut) = match inner.split_once(":~") {
        Some((name, cut)) => (name, Some(cut)),
        None => (inner, None),
    };
    let value = variables.get(&name.to_ascii_lowercase())?;
    let Some(cut) = cut else {
        return Some(value.clone());
    };
    let (start, length) = match cut.split_once(',') {
        Some((start, length)) => (
            start.trim().parse().ok()?,
            Some(length.trim().parse::<i64>().ok()?),
        ),
        None => (cut.trim().parse::<i64>().ok()?, None),
    };
    let count = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    let from_end = |at: i64| if at < 0 { count.saturating_add(at) } else { at };
    let start = from_end(start).clamp(0, count);
    let end = match length {
        None => count,
        Some(length) if length < 0 => from_end(length),
        Some(length) => start.saturating_add(length),
    };
    let (start, end) = (
        usize::try_from(start).ok()?,
        usize::try_from(end.clamp(start, count)).ok()?,
    );
    Some(value.chars().skip(start).take(end - start).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn a_command_spelt_from_the_letters_of_a_variable_is_read() {
        let text = "@echo off\nSet key=xruclte\n@%key:~4,1%x\n@set run=%key:~3,1%%key:~2,1%%key:~1,1%%key:~-3,1%\n%RUN% -o a.dll\n";
        assert_eq!(read(text), ["echo off", "lx", "curl -o a.dll"]);
    }

    #[test]
    fn titles_flags_remarks_labels_and_carets_are_no_commands() {
        let text = ":top\nREM curl\nstart /B \"\" node a.js\nstart \"C:\\a b.exe\" x\nc^u^rl x\nset /a n=1\nif %ERRORLEVEL% == 0 goto top";
        assert_eq!(
            read(text),
            [
                "node a.js",
                "\"C:\\a b.exe\" x",
                "curl x",
                "set /a n=1",
                "if %ERRORLEVEL% == 0 goto top"
            ]
        );
    }

    #[test]
    fn the_offset_is_that_of_the_line() {
        assert_eq!(lines("a\n\nb\n"), [(0, "a".to_owned()), (3, "b".to_owned())]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(set |SET )?[a%:~,0-9=\\-\\n\"/^@é]{0,200}") {
            for (at, line) in lines(&text) {
                prop_assert!((at as usize) < text.len() && line.chars().count() <= MOST_LINE);
            }
        }
    }
}
