//! Carrying a plan out: the client works on a copy, the copy is verified, and only then do files change, all or
//! none. Starting the client and its gate is the caller's part.

pub mod catalog;
pub mod client;
pub mod commit;
pub mod edit;
pub mod manifests;
pub mod narrow;
pub mod overrides;
pub mod stage;
pub mod yaml;
