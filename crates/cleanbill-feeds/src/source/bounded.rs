//! A reader that gives up after so many bytes.
//! It is put under the archive reader, whose directory would otherwise take what memory there is.
use std::io::{self, Read, Seek, SeekFrom};

/// Reads and seeks, but reads no more than its budget.
pub(super) struct Bounded<R> {
    inner: R,
    budget: Option<u64>,
}

/// What the error of an exhausted budget says; the caller tells it from the disk's own errors by this.
pub(super) const SPENT: &str = "read budget spent";

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, budget: u64) -> Self {
        Self {
            inner,
            budget: Some(budget),
        }
    }

    /// Lifts the bound, once what it guarded is over.
    pub(super) fn lift(&mut self) {
        self.budget = None;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(budget) = &mut self.budget {
            *budget = budget
                .checked_sub(read as u64)
                .ok_or_else(|| io::Error::other(SPENT))?;
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
