//! Unpacks gzip within limits, member by member, as npm's reader does.
//! It knows nothing of what is packed.
//!
//! Two members are one stream to npm, and one decoder that stops after the first would not see what hides
//! in the second. Zero bytes behind the last member are padding; anything else there is a defect.
use std::io::{self, Read};

use flate2::bufread::GzDecoder;

use crate::{
    flaws::Flaws,
    limits::{MAX_GZIP_MEMBERS, UNPACK_RATIO_SLACK},
    tarball::Limits,
};

const MAGIC: &[u8] = &[0x1f, 0x8b];

/// A stream that ends early at a limit or a fault, and says so afterwards. Reading never fails.
pub(crate) struct Unpacker<'a> {
    state: State<'a>,
    members: usize,
    packed: u64,
    unpacked: u64,
    total_bytes: u64,
    ratio: u64,
    /// The name of the limit that was reached.
    pub(crate) truncated: Option<&'static str>,
    pub(crate) flaws: Flaws,
}

enum State<'a> {
    Plain(&'a [u8]),
    Member(Box<GzDecoder<&'a [u8]>>),
    End,
}

impl<'a> Unpacker<'a> {
    pub(crate) fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        let mut flaws = Flaws::default();
        let state = if bytes.starts_with(MAGIC) {
            State::Member(Box::new(GzDecoder::new(bytes)))
        } else {
            flaws.push(
                "not-gzip",
                String::new,
                "the tarball is not packed with gzip; clients read it all the same",
            );
            State::Plain(bytes)
        };
        Self {
            state,
            members: 1,
            packed: bytes.len() as u64,
            unpacked: 0,
            total_bytes: limits.total_bytes,
            ratio: limits.ratio,
            truncated: None,
            flaws,
        }
    }

    fn stop(&mut self, limit: &'static str, note: String) {
        self.truncated = Some(limit);
        self.flaws.push(limit, String::new, note);
        self.state = State::End;
    }

    /// What follows a member: another one, padding, or neither.
    fn after_member(&mut self, rest: &'a [u8]) {
        if rest.starts_with(MAGIC) {
            self.members += 1;
            if self.members == 2 {
                self.flaws.push(
                    "gzip-members",
                    String::new,
                    "the tarball has more than one gzip member; some tools see only the first",
                );
            }
            if self.members > MAX_GZIP_MEMBERS {
                return self.stop(
                    "limit-gzip-members",
                    format!("the tarball has more than {MAX_GZIP_MEMBERS} gzip members"),
                );
            }
            self.state = State::Member(Box::new(GzDecoder::new(rest)));
            return;
        }
        if rest.iter().any(|byte| *byte != 0) {
            self.flaws.push(
                "gzip-trailing-bytes",
                String::new,
                format!("{} bytes follow the packed data", rest.len()),
            );
        }
        self.state = State::End;
    }

    fn read_some(&mut self, into: &mut [u8]) -> usize {
        loop {
            match &mut self.state {
                State::End => return 0,
                State::Plain(rest) => {
                    let count = rest.read(into).unwrap_or(0);
                    return count;
                }
                State::Member(decoder) => match decoder.read(into) {
                    Ok(0) => {
                        let rest = *decoder.get_ref();
                        self.after_member(rest);
                    }
                    Ok(count) => return count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        self.flaws.push(
                            "gzip-damaged",
                            String::new,
                            format!("the packed data cannot be read to its end: {error}"),
                        );
                        self.state = State::End;
                    }
                },
            }
        }
    }
}

impl Read for Unpacker<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.read_some(into);
        self.unpacked += count as u64;
        if self.unpacked > self.total_bytes {
            let total = self.total_bytes;
            self.stop(
                "limit-unpacked-bytes",
                format!("the tarball unpacks to more than {total} bytes"),
            );
            return Ok(0);
        }
        if self.unpacked > UNPACK_RATIO_SLACK.saturating_add(self.packed.saturating_mul(self.ratio)) {
            let ratio = self.ratio;
            self.stop(
                "limit-unpack-ratio",
                format!("the tarball unpacks to more than {ratio} times its size"),
            );
            return Ok(0);
        }
        Ok(count)
    }
}
