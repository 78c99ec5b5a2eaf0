//! Blobs in a bucket of any S3, for several replicas with one memory.
//! It knows keys and bytes, and nothing of what they mean.
//!
//! Requests are made in a runtime of its own, so that a caller may be anywhere. A bucket that does not answer is
//! left alone for a while: everything in it can be made again, and nobody should wait for what is not coming.

mod blobs;
mod place;

pub use blobs::{Layered, S3Blobs};
pub use place::{Keys, ParsePlaceError, Place};
