//! What every implementation of a port must pass, whatever it stands on.
//! Each suite knows the port's promise and nothing of the implementation.
//!
//! A suite is handed a function that opens the store under test anew, on the same ground each time:
//! what one handle wrote another must read, as two processes would.
mod blobs;
mod gate_store;
mod verdicts;

pub use blobs::blobs;
pub use gate_store::{event, gate_store};
pub use verdicts::{record, verdict_log};
