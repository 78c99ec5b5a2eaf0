//! JavaScript read as an attacker would be read.
mod hash;
mod ir;
mod lower;
mod text;
fn text_num(n: f64) -> String { format!("{n}") }
