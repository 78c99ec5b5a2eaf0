//! A frame into source: the line, its number and what stands there, drawn by annotate-snippets.
//! It is given text and a place; it never opens a file.
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::sheet::Sheet;
use crate::{
    escape::terminal,
    excerpt::{self, Shown},
    format::Colour,
};

/// Characters of a path shown above a frame; no honest path is longer.
const MAX_PATH_CHARS: usize = 240;

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
    let lines = excerpt::lines(frame.source, frame.line, frame.column);
    let Some((source, mark)) = escaped(&lines) else {
        return;
    };
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
        .path(terminal::line(&frame.path.chars().take(MAX_PATH_CHARS).collect::<String>()).into_owned())
        .fold(false)
        .annotation(annotation);
    let drawn = renderer.render(&[Group::with_level(Level::ERROR).element(snippet)]);
    sheet.drawn(indent, &drawn);
}

/// The lines as a terminal may show them, and the byte range of the mark.
fn escaped(lines: &[Shown]) -> Option<(String, std::ops::Range<usize>)> {
    let first = lines.first()?;
    let before = terminal::block(&first.before);
    let marked = terminal::block(&first.marked);
    let mut source = format!("{before}{marked}{}", first.after);
    let mut mark = before.len()..before.len() + marked.len();
    // Two harmless pieces may be harmful side by side; then the whole line is escaped, and marked.
    if terminal::line(&source) != source {
        source = terminal::line(&source).into_owned();
        mark = 0..source.len();
    }
    for line in lines.get(1..).unwrap_or_default() {
        source.push('\n');
        source.push_str(&terminal::block(&line.before));
    }
    Some((source, mark))
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
        let text = drawn(&Frame {
            path: "a.js",
            line: 7,
            column: Some(5),
            source: "var x = eval(y)",
            label: "run",
        });
        assert!(
            text.contains("--> a.js:7:5") && text.contains("7 | var x = eval(y)"),
            "{text}"
        );
        assert!(text.contains("|     ^^^^^^^^^^^ run"), "{text}");
    }

    #[test]
    fn a_minified_line_is_shown_around_the_place() {
        let source = format!("{}EVIL{}", "a;".repeat(5_000), "b;".repeat(5_000));
        let text = drawn(&Frame {
            path: "a.js",
            line: 1,
            column: Some(10_001),
            source: &source,
            label: "",
        });
        assert!(text.contains("EVIL") && text.len() < 1_000, "{text}");
    }

    #[test]
    fn nothing_is_drawn_without_source() {
        assert_eq!(
            drawn(&Frame {
                path: "a.js",
                line: 1,
                column: None,
                source: "",
                label: ""
            }),
            ""
        );
    }

    proptest! {
        #[test]
        fn no_source_escapes_its_frame(source in hostile::text(), path in hostile::text(), label in hostile::text(), column in 0u32..60) {
            let text = drawn(&Frame { path: &path, line: 3, column: Some(column), source: &source, label: &label });
            prop_assert!(!text.chars().any(|c| c != '\n' && deceives(c)), "{text:?}");
        }
    }
}
