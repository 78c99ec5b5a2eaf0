//! A frame into source: the line, its number and what stands there, drawn by annotate-snippets.
//! It is given text and a place; it never opens a file.
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::sheet::Sheet;
use crate::{escape::terminal, format::Colour};

/// Lines shown of one excerpt; the place itself is the first.
const MAX_FRAME_LINES: usize = 5;
/// Characters kept before the marked column of a very long line, as minified code has.
const KEEP_BEFORE: usize = 40;
/// Characters kept of one line.
const KEEP_LINE: usize = 200;

/// What to draw.
pub(crate) struct Frame<'a> {
    pub path: &'a str,
    pub line: u32,
    pub column: Option<u32>,
    /// Source from `line` on.
    pub source: &'a str,
    pub label: &'a str,
}

/// Draws the frame; nothing when there is no source to show.
pub(crate) fn draw(sheet: &mut Sheet, indent: usize, frame: &Frame<'_>) {
    let mut lines = frame.source.lines().take(MAX_FRAME_LINES);
    let Some(first) = lines.next().filter(|line| !line.trim().is_empty()) else { return };
    let (shown, mark) = marked(first, frame.column);
    let mut source = shown;
    for line in lines {
        source.push('\n');
        source.push_str(&window(line, 0));
    }
    let renderer = match sheet.colour() {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    }
    .decor_style(DecorStyle::Ascii)
    .term_width(sheet.columns().saturating_sub(indent));
    let label = terminal::line(frame.label).into_owned();
    let mut annotation = AnnotationKind::Primary.span(mark);
    if !label.is_empty() {
        annotation = annotation.label(label);
    }
    let snippet = Snippet::source(source)
        .line_start(frame.line.max(1) as usize)
        .path(terminal::line(frame.path).into_owned())
        .fold(false)
        .annotation(annotation);
    let drawn = renderer.render(&[Group::with_level(Level::ERROR).element(snippet)]);
    sheet.drawn(indent, &drawn);
}

/// The first line as shown, and the byte range in it that the column points at.
fn marked(line: &str, column: Option<u32>) -> (String, std::ops::Range<usize>) {
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    let at = column.map_or(indent, |column| (column.saturating_sub(1)) as usize);
    let start = at.saturating_sub(KEEP_BEFORE).min(line.chars().count().saturating_sub(1));
    let start = if line.chars().count() <= KEEP_LINE { 0 } else { start };
    let shown = window(line, start);
    let before: String = line.chars().skip(start).take(at.saturating_sub(start)).collect();
    let lead = if start > 0 { '…'.len_utf8() } else { 0 };
    let from = floor(&shown, lead + terminal::block(&before).len());
    let end = shown.trim_end().len();
    let from = from.min(end.saturating_sub(1));
    let from = floor(&shown, from);
    (shown, from..end.max(from))
}

/// The escaped line from a character on, cut to what fits a screen.
fn window(line: &str, start: usize) -> String {
    let cut: String = line.chars().skip(start).take(KEEP_LINE).collect();
    let more = line.chars().nth(start + KEEP_LINE).is_some();
    format!("{}{}{}", if start > 0 { "…" } else { "" }, terminal::block(&cut), if more { "…" } else { "" })
}

fn floor(text: &str, mut at: usize) -> usize {
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        escape::{deceives, hostile},
        format::RenderOptions,
    };

    fn drawn(frame: &Frame<'_>) -> String {
        let mut sheet = Sheet::new(&RenderOptions::default());
        draw(&mut sheet, 2, frame);
        sheet.finish()
    }

    #[test]
    fn the_mark_stands_under_the_column() {
        let text = drawn(&Frame { path: "a.js", line: 7, column: Some(5), source: "var x = eval(y)", label: "run" });
        assert!(text.contains("--> a.js:7:5") && text.contains("7 | var x = eval(y)"), "{text}");
        assert!(text.contains("|     ^^^^^^^^^^^ run"), "{text}");
    }

    #[test]
    fn a_minified_line_is_shown_around_the_place() {
        let source = format!("{}EVIL{}", "a;".repeat(5_000), "b;".repeat(5_000));
        let text = drawn(&Frame { path: "a.js", line: 1, column: Some(10_001), source: &source, label: "" });
        assert!(text.contains("EVIL") && text.len() < 1_000, "{text}");
    }

    #[test]
    fn nothing_is_drawn_without_source() {
        assert_eq!(drawn(&Frame { path: "a.js", line: 1, column: None, source: "", label: "" }), "");
    }

    proptest! {
        #[test]
        fn no_source_escapes_its_frame(source in hostile::text(), path in hostile::text(), label in hostile::text(), column in 0u32..60) {
            let text = drawn(&Frame { path: &path, line: 3, column: Some(column), source: &source, label: &label });
            prop_assert!(!text.chars().any(|c| c != '\n' && deceives(c)), "{text:?}");
        }
    }
}
