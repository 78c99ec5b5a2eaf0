//! Which store a gate uses: a file of its own, or a database by its address.
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use cleanbill_embedded::SqliteStore;
use cleanbill_ports::{GateStore, StoreError};
use cleanbill_postgres::PostgresStore;

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

fn file(path: &Path) -> Result<Arc<dyn GateStore>, StoreError> {
    Ok(Arc::new(SqliteStore::open(path)?))
}
