//! The plan and the comparison in words. Every text of a package goes through its destination's escaper here.

pub mod human;
pub mod json;
