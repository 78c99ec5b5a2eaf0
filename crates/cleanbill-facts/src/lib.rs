//! What is true of a release, or known missing.
