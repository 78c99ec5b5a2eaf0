//! The one ability to ask what time it is.
use cleanbill_model::Timestamp;

/// Gives clock readings.
pub trait Clock: Send + Sync {
    /// The reading now.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still: for `--as-of` and for tests.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
