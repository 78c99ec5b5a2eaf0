//! The registry client against a registry on loopback that misbehaves to order.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look into the cache folder and at the clock"
)]
mod bad_input;
mod cache;
mod credentials;
mod support;
mod together;
