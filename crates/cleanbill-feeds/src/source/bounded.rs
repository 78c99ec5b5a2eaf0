//! A reader that gives up after so many bytes, and keeps its buffer when it is sent elsewhere and back.
//! It is put under the archive reader, whose directory would otherwise take what memory there is, and
//! which seeks to each of its many small entries: a plain buffer would be filled anew for each.
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once: some tens of records.
const BUFFER_BYTES: usize = 64 * 1024;
/// What the error of an exhausted budget says; the caller tells it from the disk's own errors by this.
pub(super) const SPENT: &str = "read budget spent";

/// Reads and seeks, but reads no more than its budget.
pub(super) struct Bounded<R> {
    inner: R,
    budget: Option<u64>,
    buffer: Vec<u8>,
    /// Where the buffer's first byte stands in the file.
    start: u64,
    /// Where the next byte is read.
    position: u64,
}

impl<R: Read + Seek> Bounded<R> {
    pub(super) fn new(inner: R, budget: u64) -> Self {
        Self {
            inner,
            budget: Some(budget),
            buffer: Vec::new(),
            start: 0,
            position: 0,
        }
    }

    /// Lifts the bound, once what it guarded is over.
    pub(super) fn lift(&mut self) {
        self.budget = None;
    }

    /// What the buffer holds from the position on.
    fn held(&self) -> &[u8] {
        let offset = self
            .position
            .checked_sub(self.start)
            .and_then(|offset| usize::try_from(offset).ok());
        offset
            .and_then(|offset| self.buffer.get(offset..))
            .unwrap_or_default()
    }

    fn fill(&mut self) -> io::Result<()> {
        self.inner.seek(SeekFrom::Start(self.position))?;
        self.start = self.position;
        self.buffer.clear();
        let read = (&mut self.inner)
            .take(BUFFER_BYTES as u64)
            .read_to_end(&mut self.buffer)?;
        if let Some(budget) = &mut self.budget {
            *budget = budget
                .checked_sub(read as u64)
                .ok_or_else(|| io::Error::other(SPENT))?;
        }
        Ok(())
    }
}

impl<R: Read + Seek> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.held().is_empty() {
            self.fill()?;
        }
        let read = self.held().read(out)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let wanted = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.inner.seek(SeekFrom::End(0))?.checked_add_signed(by),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the start");
        self.position = wanted.ok_or_else(before)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_a_plain_reader_does_wherever_it_is_sent() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let mut bounded = Bounded::new(io::Cursor::new(bytes.clone()), u64::MAX);
        let mut plain = io::Cursor::new(bytes);
        let places = [
            SeekFrom::Start(0),
            SeekFrom::Start(70_000),
            SeekFrom::Current(-10),
            SeekFrom::End(-100),
            SeekFrom::Start(69_000),
            SeekFrom::Current(65_536),
            SeekFrom::Start(300_000),
        ];
        for place in places {
            assert_eq!(bounded.seek(place).unwrap(), plain.seek(place).unwrap());
            let (mut one, mut other) = (Vec::new(), Vec::new());
            (&mut bounded).take(1_000).read_to_end(&mut one).unwrap();
            (&mut plain).take(1_000).read_to_end(&mut other).unwrap();
            assert_eq!(one, other, "{place:?}");
        }
        assert!(bounded.seek(SeekFrom::Start(5)).is_ok() && bounded.seek(SeekFrom::Current(-6)).is_err());
    }

    #[test]
    fn a_spent_budget_is_an_error_and_a_lifted_one_is_not() {
        let mut bounded = Bounded::new(io::Cursor::new(vec![0; 300_000]), 100_000);
        assert_eq!(
            io::copy(&mut bounded, &mut io::sink()).unwrap_err().to_string(),
            SPENT
        );
        bounded.lift();
        bounded.seek(SeekFrom::Start(0)).unwrap();
        assert_eq!(io::copy(&mut bounded, &mut io::sink()).unwrap(), 300_000);
    }
}
