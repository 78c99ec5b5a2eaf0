//! Signals and an owner's rules make a verdict. It sees signals, never who made them or from what.
//!
//! Reading order: the rules ([`policy`]), what ages mean ([`cooldown`]), when signals add up
//! ([`combine`]), exceptions ([`waiver`]), and the decision ([`decide`]).
#![deny(clippy::disallowed_methods)]

pub mod combine;
pub mod cooldown;
pub mod decide;
pub mod policy;
pub mod waiver;

pub use cooldown::{Cooldown, NamePattern, ScopedCooldown, UpstreamCooldown};
pub use decide::{Context, Decision, decide};
pub use policy::{AuditLevel, CooldownUse, Policy, UnassessedAction};
pub use waiver::{Waiver, WaiverState};
