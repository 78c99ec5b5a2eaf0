//! Stores in one local directory.
