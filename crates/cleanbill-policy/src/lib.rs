//! Signals and an owner's rules make a verdict.
