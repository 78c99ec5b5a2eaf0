//! One line of an ini or TOML file changed or added; every other line stays.
//! It knows tables and keys, and no client.

/// A line that a file should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The file, for telling.
    pub file: &'a str,
    /// The table it stands in, for TOML.
    pub table: Option<&'a str>,
    /// The key.
    pub key: &'a str,
    /// The value, as the file writes it.
    pub value: &'a str,
}

/// The text with `wanted` in it: the line that says something else is replaced, a missing one is added.
///
/// # Errors
/// When the key stands there in a form that is not one line, which is left to its owner.
pub fn write(text: &str, wanted: &Line<'_>) -> Result<String, String> {
    let separator = if wanted.table.is_none() { "=" } else { " = " };
    let line = format!("{}{separator}{}", wanted.key, wanted.value);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out: Vec<String> = Vec::new();
    let mut table: Option<String> = None;
    let mut done = false;
    let lines: Vec<&str> = text.lines().collect();
    for (at, old) in lines.iter().enumerate() {
        let header = wanted.table.is_some() && old.trim_start().starts_with('[');
        if header {
            table = Some(old.trim().trim_matches(['[', ']']).trim().to_owned());
        }
        let here = table.as_deref() == wanted.table;
        if here && !done && says(old, wanted.key, separator.trim()) {
            let value = old
                .split_once(separator.trim())
                .map(|(_, value)| value.trim())
                .unwrap_or_default();
            let opened = value.is_empty() || (value.starts_with('[') && !value.contains(']'));
            let listed = lines
                .get(at + 1)
                .is_some_and(|next| next.trim_start().starts_with("- "));
            if opened || listed {
                return Err(format!(
                    "`{}` in {} spans several lines and is left to you; it should say {}",
                    wanted.key, wanted.file, wanted.value
                ));
            }
            out.push(line.clone());
            done = true;
        } else {
            out.push((*old).to_owned());
            if header
                && here
                && !done
                && !lines
                    .iter()
                    .skip(at + 1)
                    .take_while(|l| !l.trim_start().starts_with('['))
                    .any(|l| says(l, wanted.key, "="))
            {
                out.push(line.clone());
                done = true;
            }
        }
    }
    if !done {
        if let Some(table) = wanted.table {
            out.push(format!("[{table}]"));
        }
        out.push(line);
    }
    Ok(out.join(newline) + newline)
}

fn says(line: &str, key: &str, separator: &str) -> bool {
    line.strip_prefix(key)
        .is_some_and(|rest| rest.trim_start().starts_with(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changes_and_the_others_stay() {
        let npm = Line {
            file: ".npmrc",
            table: None,
            key: "min-release-age",
            value: "3",
        };
        assert_eq!(
            write("# ours\nmin-release-age = 1\nsave=false\n", &npm).unwrap(),
            "# ours\nmin-release-age=3\nsave=false\n"
        );
        assert_eq!(write("", &npm).unwrap(), "min-release-age=3\n");
        let bun = Line {
            file: "bunfig.toml",
            table: Some("install"),
            key: "minimumReleaseAge",
            value: "259200",
        };
        assert_eq!(
            write("[test]\nminimumReleaseAge = 1\n[install]\nexact = true\n", &bun).unwrap(),
            "[test]\nminimumReleaseAge = 1\n[install]\nminimumReleaseAge = 259200\nexact = true\n"
        );
        assert_eq!(
            write("[install]\nminimumReleaseAge = 9\n", &bun).unwrap(),
            "[install]\nminimumReleaseAge = 259200\n"
        );
        let several = "[install]\nminimumReleaseAge = [\n  1,\n]\n";
        assert!(write(several, &bun).is_err());
    }
}
