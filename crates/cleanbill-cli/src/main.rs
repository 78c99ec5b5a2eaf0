//! The cleanbill command.
fn main() {}
