//! The page of the human view: lines that wrap, indent and carry colour. All text goes through the
//! terminal's escaper here, so no caller can forget it; it has no idea what the text is about.
use owo_colors::{OwoColorize as _, Style};

use crate::{
    escape::terminal,
    format::{Colour, RenderOptions},
};

/// Longest text of a package printed in one place; the JSON has the whole of it.
pub(crate) const MAX_TEXT_CHARS: usize = 1_200;

/// How a stretch of text looks; each also reads without colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Strong,
    Faint,
    Bad,
    Held,
    Open,
    Good,
    Link,
}

impl Ink {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Bad => Style::new().red().bold(),
            Self::Held => Style::new().yellow().bold(),
            Self::Open => Style::new().magenta().bold(),
            Self::Good => Style::new().green().bold(),
            Self::Link => Style::new().cyan(),
        }
    }
}

/// Text being laid out.
pub(crate) struct Sheet {
    out: String,
    columns: usize,
    colour: Colour,
}

impl Sheet {
    pub(crate) fn new(options: &RenderOptions) -> Self {
        Self {
            out: String::with_capacity(2048),
            columns: options.columns(),
            colour: options.colour,
        }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) fn colour(&self) -> Colour {
        self.colour
    }

    /// An empty line, never two in a row and none at the top.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// `label text`, the text wrapped and hanging under its own start.
    pub(crate) fn entry(&mut self, indent: usize, label: (&str, Ink), text: (&str, Ink)) {
        let label_text = terminal::line(label.0);
        let label_width = textwrap::core::display_width(&label_text);
        let hang = if label_width == 0 {
            indent
        } else {
            indent + label_width + 1
        };
        if hang > self.columns / 2 && indent + 2 <= self.columns / 2 {
            self.entry(indent, ("", Ink::Plain), label);
            return self.entry(indent + 2, ("", Ink::Plain), text);
        }
        let body = clipped(text.0);
        let width = self.columns.saturating_sub(hang).max(20);
        let lines = textwrap::wrap(&body, wrapping(width));
        for (i, line) in lines.iter().enumerate() {
            if i == 0 {
                self.blanks(indent);
                self.ink(&label_text, label.1);
                if label_width > 0 && !line.is_empty() {
                    self.out.push(' ');
                }
            } else {
                self.blanks(hang);
            }
            // A wrapped line may begin anywhere in the text, also where a log reader looks for a command.
            self.ink(&terminal::line(line), text.1);
            self.out.push('\n');
        }
    }

    /// A wrapped paragraph.
    pub(crate) fn text(&mut self, indent: usize, text: &str, ink: Ink) {
        self.entry(indent, ("", Ink::Plain), (text, ink));
    }

    /// One line that is never wrapped, for what is copied whole.
    pub(crate) fn whole(&mut self, indent: usize, label: (&str, Ink), text: &str, ink: Ink) {
        self.blanks(indent);
        self.ink(label.0, label.1);
        if !label.0.is_empty() {
            self.out.push(' ');
        }
        self.ink(&terminal::line(text), ink);
        self.out.push('\n');
    }

    /// Lines drawn elsewhere from text that was escaped there.
    pub(crate) fn drawn(&mut self, indent: usize, lines: &str) {
        for line in lines.lines() {
            if !line.is_empty() {
                self.blanks(indent);
            }
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    fn ink(&mut self, escaped: &str, ink: Ink) {
        if self.colour == Colour::Always && ink != Ink::Plain && !escaped.is_empty() {
            self.out.push_str(&escaped.style(ink.style()).to_string());
        } else {
            self.out.push_str(escaped);
        }
    }
}

/// Breaks at blanks alone: a name or a flag that breaks at its hyphen can no longer be copied.
fn wrapping(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width)
        .break_words(true)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        // The other algorithm is there only where somebody else in the build asks for it.
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
}

/// The escaped text, cut where it grows past what anyone reads.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((at, _)) => format!("{}…", terminal::line(text.get(..at).unwrap_or_default())),
        None => terminal::line(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet::new(&RenderOptions {
            width: 40,
            ..RenderOptions::default()
        })
    }

    #[test]
    fn text_hangs_under_its_own_start() {
        let mut sheet = sheet();
        sheet.entry(
            2,
            ("why:", Ink::Faint),
            ("one two three four five six seven eight", Ink::Plain),
        );
        assert_eq!(
            sheet.finish(),
            "  why: one two three four five six seven\n       eight\n"
        );
    }

    #[test]
    fn without_colour_there_is_no_escape_sequence_and_with_it_there_is() {
        let mut plain = sheet();
        plain.text(0, "a\u{1b}[31m", Ink::Bad);
        assert_eq!(plain.finish(), "a\\u{1b}[31m\n");
        let mut coloured = Sheet::new(&RenderOptions {
            colour: Colour::Always,
            ..RenderOptions::default()
        });
        coloured.text(0, "a", Ink::Bad);
        assert!(coloured.finish().starts_with("\u{1b}["));
    }

    #[test]
    fn a_wrapped_line_cannot_begin_with_a_workflow_command() {
        let mut sheet = sheet();
        sheet.text(0, &format!("{}::error::x", "a".repeat(40)), Ink::Plain);
        assert!(
            sheet
                .finish()
                .lines()
                .all(|line| !line.trim_start().starts_with("::"))
        );
    }

    #[test]
    fn two_gaps_are_one() {
        let mut sheet = sheet();
        sheet.gap();
        sheet.text(0, "a", Ink::Plain);
        sheet.gap();
        sheet.gap();
        sheet.text(0, "b", Ink::Plain);
        assert_eq!(sheet.finish(), "a\n\nb\n");
    }
}
