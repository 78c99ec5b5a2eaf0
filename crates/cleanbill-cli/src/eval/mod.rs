//! Replays judged one by one, and what that comes to: recall, false alarms, time. It decides nothing; the
//! verdicts are those of `inspect`.

pub mod corpus;
pub mod memory;
pub mod page;
pub mod plot;
pub mod score;
pub mod share;
pub mod tell;
