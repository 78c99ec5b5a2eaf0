//! A replay judged in this process: a reader without workers, a registry in memory, no advisories.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]
use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use cleanbill_engine::{CodePorts, GatherOptions, InspectOutcome, Ports, Spec, Voices, answer, inspect};
use cleanbill_facts::PopularNames;
use cleanbill_model::{Advisory, PackageName, Timestamp};
use cleanbill_policy::{CooldownUse, Policy};
use cleanbill_ports::{Advisories, FeedStatus, ReadError, Reader};
use cleanbill_testkit::{Case, MemoryBlobs, MemoryRegistry, Replay};
use futures::future::BoxFuture;

/// Reads in a thread with the stack the reading asks for.
pub struct Here;

impl Reader for Here {
    fn read<'a>(&'a self, request: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, ReadError>> {
        let request = request.to_vec();
        Box::pin(async move {
            let work = std::thread::Builder::new()
                .stack_size(256 << 20)
                .spawn(move || answer(&request))
                .unwrap();
            Ok(work.join().unwrap())
        })
    }
}

struct Silence;

impl Advisories for Silence {
    fn about(&self, _name: &PackageName) -> Vec<Arc<Advisory>> {
        Vec::new()
    }
    fn status(&self, _as_of: Timestamp) -> Vec<FeedStatus> {
        Vec::new()
    }
}

/// Judges the case in `folder`.
pub fn judge(folder: &Path, voices: Voices) -> (Case, InspectOutcome) {
    let case = Case::read(folder).unwrap();
    let replay = Replay::read(folder).unwrap();
    let ports = Ports {
        registry: Arc::new(MemoryRegistry::new(replay)),
        advisories: Arc::new(Silence),
        code: Some(CodePorts {
            reader: Arc::new(Here),
            stage: Arc::new(Here),
            voices,
            cache: Arc::new(MemoryBlobs::default()),
        }),
    };
    let options = GatherOptions {
        as_of: case.as_of,
        progress: Arc::new(|_| {}),
        popular: Arc::new(PopularNames::builtin()),
        installed: Arc::new(HashMap::new()),
    };
    let policy = Policy {
        cooldown_use: CooldownUse::Tell,
        ..Policy::default()
    };
    let spec = Spec::parse(&case.target).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_keep_alive(Duration::from_millis(10))
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime
        .block_on(inspect(&spec, &ports, &options, &policy))
        .unwrap();
    (case, outcome)
}
