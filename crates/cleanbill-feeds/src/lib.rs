//! Advisory feeds, compiled to an index.
