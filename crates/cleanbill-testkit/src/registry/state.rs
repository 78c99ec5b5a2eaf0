//! What the running registry holds: packages, rendered documents, orders, the log.
//! It knows nothing of routes.
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::body::Bytes;
use cleanbill_model::PackageName;
use sha2::Digest as _;

use super::Behaviour;
use crate::{
    replay::{Form, Replay},
    tarball::gzip,
};

/// One request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The method.
    pub method: String,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// The path as written on the line, escapes and all.
    pub raw_path: String,
    /// The path with its escapes undone.
    pub path: String,
    /// Header names in lowercase, and their values.
    pub headers: Vec<(String, String)>,
    /// What was sent with it, up to a bound.
    pub body: Vec<u8>,
}

impl Logged {
    /// The value of a header, asked in lowercase.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Which validators answers carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validators {
    /// `ETag`.
    EntityTag,
    /// `Last-Modified` only.
    LastModified,
    /// Neither.
    None,
}

#[derive(Debug, Default)]
pub(super) struct Orders {
    pub next: HashMap<String, VecDeque<Behaviour>>,
    pub always: HashMap<String, Behaviour>,
    pub everywhere: Option<Behaviour>,
    pub authorization: Option<String>,
}

impl Orders {
    pub(super) fn take(&mut self, path: &str) -> Behaviour {
        let next = self.next.get_mut(path).and_then(VecDeque::pop_front);
        next.or_else(|| self.always.get(path).cloned())
            .or_else(|| self.everywhere.clone())
            .unwrap_or(Behaviour::Honest)
    }
}

/// A document in both encodings, with its entity tag.
#[derive(Clone, Debug)]
pub(super) struct Rendered {
    pub plain: Bytes,
    pub packed: Bytes,
    pub tag: String,
}

type Documents = BTreeMap<(PackageName, bool), Arc<Rendered>>;

#[derive(Debug)]
pub(super) struct State {
    base: String,
    replay: RwLock<Replay>,
    rendered: Mutex<Documents>,
    validators: Mutex<Validators>,
    pub orders: Mutex<Orders>,
    pub log: Mutex<Vec<Logged>>,
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl State {
    pub(super) fn new(replay: Replay, base: String) -> Self {
        Self {
            base,
            replay: RwLock::new(replay),
            rendered: Mutex::default(),
            validators: Mutex::new(Validators::EntityTag),
            orders: Mutex::default(),
            log: Mutex::default(),
            now: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
        }
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Replay)) {
        change(&mut self.replay.write().unwrap_or_else(PoisonError::into_inner));
        self.rendered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    pub(super) fn change_validators(&self, validators: Validators) {
        *self.validators.lock().unwrap_or_else(PoisonError::into_inner) = validators;
    }

    pub(super) fn chosen_validators(&self) -> Validators {
        *self.validators.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn document(&self, name: &PackageName, form: Form) -> Option<Arc<Rendered>> {
        let key = (name.clone(), form == Form::Full);
        if let Some(known) = self
            .rendered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Some(Arc::clone(known));
        }
        let plain = self.read(|replay| {
            replay
                .package(name)
                .map(|package| package.document(form, &self.base))
        })?;
        let tag = entity_tag(&plain);
        let packed = Bytes::from(gzip(&plain).unwrap_or_default());
        let rendered = Arc::new(Rendered {
            plain: plain.into(),
            packed,
            tag,
        });
        self.rendered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, Arc::clone(&rendered));
        Some(rendered)
    }

    pub(super) fn tarball(&self, name: &PackageName, file: &str) -> Option<Arc<[u8]>> {
        self.read(|replay| {
            replay
                .package(name)
                .and_then(|package| package.tarball(file))
                .cloned()
        })
    }

    fn read<T>(&self, look: impl FnOnce(&Replay) -> T) -> T {
        look(&self.replay.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn enter(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(now, Ordering::SeqCst);
    }

    pub(super) fn leave(&self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }
}

pub(super) fn entity_tag(bytes: &[u8]) -> String {
    let digest = sha2::Sha256::digest(bytes);
    let start: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{start}\"")
}
