//! The registry over HTTP, cached.
