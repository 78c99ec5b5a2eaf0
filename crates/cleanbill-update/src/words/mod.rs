//! The plan and the comparison in words. Every text of a package goes through its destination's escaper here.

pub mod check;
pub mod human;
pub mod json;
pub mod markdown;
pub mod rollback;
pub mod sarif;
