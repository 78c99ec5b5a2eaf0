//! Reading hostile bytes somewhere that may be lost: a request in, an answer out, or the reason why not.
use futures::future::BoxFuture;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The reader died on this input: out of memory, out of stack. It would die of it again.
    #[error("reading it was given up: {reason}")]
    GivenUp {
        /// How it ended.
        reason: String,
    },
    /// The reader took too long over this input and was ended; on an idle machine it might not.
    #[error("reading it was ended after {seconds} s")]
    TooSlow {
        /// The time it had.
        seconds: u64,
    },
    /// No reader can be had; this input is not to blame.
    #[error("no reader can be started: {reason}")]
    NoReader {
        /// What the system said.
        reason: String,
    },
}

/// Answers requests away from us. One bad request costs its own answer and no other.
pub trait Reader: Send + Sync {
    /// The answer to `request`.
    fn read<'a>(&'a self, request: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, ReadError>>;
}
