//! Facts in, signals out: one audit a file.
