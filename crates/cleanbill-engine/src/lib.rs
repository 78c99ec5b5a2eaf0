//! Gather, then assess.
