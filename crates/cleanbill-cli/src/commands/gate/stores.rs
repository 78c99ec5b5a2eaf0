//! Which store a gate uses: a file of its own, or a database by its address.
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use cleanbill_embedded::SqliteStore;
use cleanbill_ports::{GateStore, StoreError};
use cleanbill_postgres::PostgresStore;
use cleanbill_s3::{Keys, Place, S3Blobs};

use crate::{failure::Failure, world::World};

/// The file used where no other place is named.
#[must_use]
pub fn default_file(world: &World) -> PathBuf {
    world.state_folder().join("gate").join("gate.sqlite")
}

/// Opens the store at `place`.
///
/// # Errors
/// When it cannot be used.
pub fn open(place: Option<&str>, world: &World) -> Result<Arc<dyn GateStore>, Failure> {
    let told = place.filter(|place| !place.is_empty());
    let opened: Result<Arc<dyn GateStore>, StoreError> = match told {
        Some(address) if address.starts_with("postgres://") || address.starts_with("postgresql://") => {
            PostgresStore::open(address).map(|store| Arc::new(store) as Arc<dyn GateStore>)
        }
        Some(path) => file(&world.folder.join(path)),
        None => file(&default_file(world)),
    };
    opened.map_err(|error| {
        let failure = Failure::usage("cannot open the gate's store").because(&error);
        match error {
            StoreError::Full { .. } => failure.hint("make room there, or name another place with `--store`"),
            StoreError::Later { .. } => failure.hint("use the newer `cleanbill` that wrote it"),
            _ => failure.hint("`--store` takes a file, or postgres://USER@HOST/DATABASE"),
        }
    })
}

/// What replicas share in a bucket.
pub struct SharedBlobs {
    /// Verified tarballs, by the digest of their bytes.
    pub tarballs: S3Blobs,
    /// Readings of code.
    pub readings: S3Blobs,
}

/// Opens the bucket at `place`, with the keys that the usual variables name.
///
/// # Errors
/// When the address is none or no keys are named. Whether the bucket is there shows when it is asked.
pub fn open_blobs(place: Option<&str>, world: &World) -> Result<Option<SharedBlobs>, Failure> {
    let Some(place) = place.filter(|place| !place.is_empty()) else {
        return Ok(None);
    };
    let cannot = || Failure::usage("cannot use the bucket");
    let place = Place::parse(place).map_err(|error| {
        cannot()
            .because(&error)
            .hint("`--blobs` takes s3://BUCKET/PREFIX?endpoint=https://s3.acme.example&region=NAME")
    })?;
    let (Some(id), Some(secret)) = (
        world.variable("AWS_ACCESS_KEY_ID"),
        world.variable("AWS_SECRET_ACCESS_KEY"),
    ) else {
        return Err(cannot()
            .hint("set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` to keys that may read and write it"));
    };
    let keys = Keys::new(id, secret, world.variable("AWS_SESSION_TOKEN"));
    let within = |folder: &str| {
        S3Blobs::new(place.within(folder), keys.clone()).map_err(|error| cannot().because(&error))
    };
    Ok(Some(SharedBlobs {
        tarballs: within("tarballs")?,
        readings: within("readings")?,
    }))
}

fn file(path: &Path) -> Result<Arc<dyn GateStore>, StoreError> {
    Ok(Arc::new(SqliteStore::open(path)?))
}
