//! A SPEC made bytes: a tarball or folder of one's own, or a release fetched from its registry.
use cleanbill_engine::{Spec, code::Wanted, resolve::resolve};
use cleanbill_facts::Package;

use crate::{cli::Common, compose::Session, failure::Failure, local, world::World};

/// True when the text is meant as a path: it begins like one, ends like a tarball, or has a slash that is no
/// scope's.
#[must_use]
pub fn is_path(text: &str) -> bool {
    let scoped = text.starts_with('@');
    text.starts_with(['.', '/'])
        || text.ends_with(".tgz")
        || text.ends_with(".tar.gz")
        || (text.contains('/') && !scoped)
}

/// A session that asks a registry only where one of `specs` needs it.
///
/// # Errors
/// When settings cannot be read, or a registry is needed and none can be named.
pub fn session(specs: &[&str], common: &Common, world: &World) -> Result<Session, Failure> {
    if specs.iter().all(|spec| is_path(spec)) {
        Session::without_registry(common, world, &world.folder, None)
    } else {
        Session::open(common, world, &world.folder, None)
    }
}

/// The tarball a SPEC stands for.
///
/// # Errors
/// When there is no such file or release, or it cannot be read or fetched.
pub fn tarball(text: &str, session: &Session, world: &World) -> Result<Vec<u8>, Failure> {
    let cannot = || Failure::usage(format!("cannot read `{text}`"));
    if is_path(text) {
        let hint = "name a .tgz, or a folder with a package.json";
        return local::tarball(&world.folder.join(text))?.ok_or_else(|| cannot().hint(hint));
    }
    let spec =
        Spec::parse(text).map_err(|error| cannot().because(&error).hint("write name or name@version"))?;
    session.runtime.block_on(async {
        let registry = &session.ports.registry;
        let fetched = registry
            .packument(&spec.name)
            .await
            .map_err(|error| cannot().because(&error))?;
        let packument =
            cleanbill_npm::packument::parse(&fetched.bytes).map_err(|error| cannot().because(&error))?;
        let package = Package::collect(&spec.name, &packument, session.as_of);
        let release = resolve(&package, &spec.wanted)
            .ok_or_else(|| cannot().hint("no release answers that version or tag"))?;
        let url = Wanted::of(&spec.name, release)
            .tarball
            .ok_or_else(|| cannot().hint("its registry names no tarball"))?;
        let tarball = registry
            .tarball(&spec.name, &url)
            .await
            .map_err(|error| cannot().because(&error))?;
        Ok(tarball.bytes.to_vec())
    })
}
