//! The safest newer versions of what a project has: a plan with its reasons, and the means to carry it out.
//! It asks the engine what is true and judged; it starts no client and names no adapter.
//!
//! Reading order: what the project has ([`project`]), steps and ranges ([`mod@range`]), what a plan says
//! ([`plan`]), one candidate against what is installed ([`mod@weigh`]), one step down ([`below`]), peers
//! ([`peers`]), one search ([`search`]), all of them ([`planner`]), the plan in words ([`words`]),
//! carrying it out ([`apply`]), and what a changed lockfile does differently ([`mod@compare`]), the
//! clients' own settings ([`sync`]).

mod age;
pub mod apply;
pub mod below;
pub mod compare;
mod outranked;
pub mod peers;
pub mod plan;
pub mod planner;
pub mod project;
pub mod range;
pub mod search;
pub mod sync;
pub mod weigh;
pub mod words;

pub use plan::{Cause, Choice, Entry, How, Plan};
pub use planner::{Wish, plan};
