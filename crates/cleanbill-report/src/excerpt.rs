//! Source cut to what a frame can show: a few lines, each short enough, the place marked.
//! It escapes nothing; the frame that draws the pieces does.

/// Lines shown of one excerpt; the place itself is in the first.
const MAX_LINES: usize = 5;
/// Characters kept before the marked column of a very long line, as minified code has.
const KEEP_BEFORE: usize = 40;
/// Characters kept of one line.
const KEEP_LINE: usize = 200;

/// A line to show, in three pieces; only the first line has a marked one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    pub number: u32,
    pub before: String,
    pub marked: String,
    pub after: String,
}

/// The lines of `source`, which begins at `line`; the mark runs from `column`, or from the first letter,
/// to the end of the line.
pub(crate) fn lines(source: &str, line: u32, column: Option<u32>) -> Vec<Shown> {
    let mut shown = vec![];
    for (text, number) in source.lines().take(MAX_LINES).zip(line.max(1)..) {
        if shown.is_empty() {
            if text.trim().is_empty() {
                return vec![];
            }
            shown.push(first(text, number, column));
        } else {
            shown.push(Shown {
                number,
                before: window(text, 0),
                ..Shown::default()
            });
        }
    }
    shown
}

fn first(text: &str, number: u32, column: Option<u32>) -> Shown {
    let length = text.trim_end().chars().count();
    let indent = text.chars().take_while(|c| c.is_whitespace()).count();
    let at = column
        .map_or(indent, |column| column.saturating_sub(1) as usize)
        .min(length.saturating_sub(1));
    let start = if length <= KEEP_LINE {
        0
    } else {
        at.saturating_sub(KEEP_BEFORE)
    };
    let skipped = if start > 0 { "…" } else { "" };
    let before: String = text.chars().skip(start).take(at - start).collect();
    let rest: String = text
        .trim_end()
        .chars()
        .skip(at)
        .take(KEEP_LINE - (at - start).min(KEEP_LINE))
        .collect();
    let shown = at + rest.chars().count();
    let after = if shown < length {
        "…".to_owned()
    } else {
        String::new()
    };
    Shown {
        number,
        before: format!("{skipped}{before}"),
        marked: rest,
        after,
    }
}

fn window(text: &str, start: usize) -> String {
    let cut: String = text.trim_end().chars().skip(start).take(KEEP_LINE).collect();
    let more = text.chars().nth(start + KEEP_LINE).is_some();
    if more { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_mark_begins_at_the_column() {
        let shown = lines("  let x = 1;\nnext", 7, Some(7));
        assert_eq!(
            shown[0],
            Shown {
                number: 7,
                before: "  let ".into(),
                marked: "x = 1;".into(),
                after: String::new()
            }
        );
        assert_eq!(
            shown[1],
            Shown {
                number: 8,
                before: "next".into(),
                ..Shown::default()
            }
        );
    }

    #[test]
    fn a_column_beyond_the_line_marks_its_last_letter() {
        assert_eq!(lines("abc", 1, Some(99))[0].marked, "c");
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let source = format!("{}EVIL{}", "a;".repeat(5_000), "b;".repeat(5_000));
        let shown = &lines(&source, 1, Some(10_001))[0];
        assert!(shown.before.starts_with('…') && shown.marked.starts_with("EVIL") && shown.after == "…");
        assert!(shown.before.len() + shown.marked.len() < 300);
    }

    proptest! {
        #[test]
        fn no_source_and_no_column_is_too_odd(source in any::<String>(), column in proptest::option::of(any::<u32>())) {
            for shown in lines(&source, 1, column) {
                prop_assert!(shown.before.chars().count() + shown.marked.chars().count() <= 2 * KEEP_LINE);
            }
        }
    }
}
