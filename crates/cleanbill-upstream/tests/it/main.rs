//! The registry client against a registry on loopback that misbehaves to order.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests look into the cache folder and at the clock, and fail by panicking"
)]
mod bad_input;
mod cache;
mod credentials;
mod support;
mod tls;
mod together;
