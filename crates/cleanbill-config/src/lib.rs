//! Settings as written and as meant.
