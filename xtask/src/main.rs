//! Scaffolding, generation and tidiness checks.
fn main() {}
