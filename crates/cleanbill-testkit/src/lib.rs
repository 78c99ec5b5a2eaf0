//! A loopback registry, replays and builders for tests.
