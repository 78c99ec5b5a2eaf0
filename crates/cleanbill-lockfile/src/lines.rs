//! From a byte offset to its line and column, in any file.
//! It knows nothing of what stands on a line.
use memchr::{memchr_iter, memrchr};

/// Bytes between two marks. Small enough that counting the rest is quick, large enough that the marks
/// of the largest file take less than 2 MiB.
const STEP: usize = 1024;

/// Where lines begin, as a count of line ends at every [`STEP`] bytes: memory stays a fixed share of
/// the file, however many lines it has.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    before: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Counts the lines of a text once.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        let mut before = Vec::with_capacity(text.len() / STEP + 1);
        let mut lines = 0_u32;
        for block in text.chunks(STEP) {
            before.push(lines);
            lines = lines.saturating_add(count(block));
        }
        Self { text, before }
    }

    /// The line an offset stands on, from 1; an offset beyond the end stands on the last line.
    #[must_use]
    pub fn line(&self, offset: usize) -> u32 {
        let offset = offset.min(self.text.len());
        let block = offset / STEP;
        let Some(before) = self.before.get(block) else {
            // Only when the text ends exactly where a block would begin, or is empty.
            return count(self.text).saturating_add(1);
        };
        let rest = self.text.get(block * STEP..offset).unwrap_or_default();
        before.saturating_add(count(rest)).saturating_add(1)
    }

    /// Line and column of an offset, both from 1; the column counts bytes.
    #[must_use]
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let start = memrchr(b'\n', self.text.get(..offset).unwrap_or_default()).map_or(0, |at| at + 1);
        (
            self.line(offset),
            u32::try_from(offset - start)
                .unwrap_or(u32::MAX)
                .saturating_add(1),
        )
    }
}

fn count(bytes: &[u8]) -> u32 {
    u32::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_agrees_with_counting_by_hand() {
        let text = "a\n\nbc\r\n".repeat(900);
        let lines = Lines::new(text.as_bytes());
        let mut line = 1;
        let mut column = 1;
        for (offset, byte) in text.bytes().enumerate() {
            assert_eq!(lines.position(offset), (line, column), "offset {offset}");
            (line, column) = if byte == b'\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            };
        }
        assert_eq!(lines.line(text.len()), line);
        assert_eq!(lines.line(usize::MAX), line);
    }

    #[test]
    fn an_empty_text_has_one_line() {
        assert_eq!(Lines::new(b"").position(5), (1, 1));
        assert_eq!(Lines::new(&[b'\n'; STEP]).line(STEP), 1025);
    }
}
