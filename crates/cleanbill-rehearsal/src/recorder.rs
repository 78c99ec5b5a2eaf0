//! Backstage: the state one rehearsal shares between its processes, and the one place where events are written down.
//! It counts and searches what passes; it takes no decision on what it means.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use sha2::{Digest as _, Sha256};

use crate::{
    canary::{Canaries, CanaryRef, Disguise},
    codec, host,
    input::{Budget, RehearsalInput},
    limits,
    network::{Network, host_of},
    persona::Persona,
    trace::{Action, Event, Site, Stop, Trace},
    tree::{Tree, normalise},
};

/// A process the code started, waiting for its own turn on the stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Child {
    pub file: Option<String>,
    pub code: Option<String>,
    pub arguments: Vec<String>,
    pub depth: usize,
    pub folder: String,
}

pub(crate) type Backstage = Rc<RefCell<Recorder>>;

#[derive(Debug)]
pub(crate) struct Recorder {
    pub persona: Persona,
    pub budget: Budget,
    pub tree: Tree,
    pub canaries: Canaries,
    pub network: Network,
    pub env: BTreeMap<String, String>,
    pub root: String,
    pub folder: String,
    pub now_ms: u64,
    pub started_ms: u64,
    pub entry: String,
    pub at_install: bool,
    /// The exports are being called.
    pub lazy: bool,
    pub exited: bool,
    pub depth: usize,
    pub children: VecDeque<Child>,
    pub children_seen: usize,
    pub host_calls: usize,
    /// Bytes of source compiled so far.
    pub compiled: usize,
    pub halted: Option<&'static str>,
    pub site: Option<Site>,
    seed: u64,
    random: u64,
    written: usize,
    printed: usize,
    dropped: u64,
    events: Vec<Event>,
    stops: Vec<Stop>,
    gates: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Recorder {
    pub fn new(input: &RehearsalInput, persona: Persona, budget: &Budget) -> Self {
        let canaries = Canaries::new(input.seed, &[persona.user(), persona.hostname()]);
        let mut tree = Tree::default();
        host::furnish(&mut tree, persona, &canaries, input);
        let started_ms = 1_790_000_000_000_u64.wrapping_add(input.seed % 86_400_000);
        Recorder {
            persona,
            budget: budget.clone(),
            tree,
            network: Network::new(input.seed),
            env: host::environment(persona, &canaries, input, None),
            canaries,
            root: host::package_root(persona, &input.name),
            folder: normalise(&persona.project(), "/"),
            now_ms: started_ms,
            started_ms,
            entry: String::new(),
            at_install: false,
            lazy: false,
            exited: false,
            depth: 0,
            children: VecDeque::new(),
            children_seen: 0,
            host_calls: 0,
            compiled: 0,
            halted: None,
            site: None,
            seed: input.seed,
            random: 0,
            written: 0,
            printed: 0,
            dropped: 0,
            events: Vec::new(),
            stops: Vec::new(),
            gates: BTreeSet::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Whether the stage may be used further; a halted rehearsal ends at its next call.
    pub fn count_call(&mut self) -> Result<(), &'static str> {
        self.host_calls += 1;
        if self.host_calls > self.budget.host_calls {
            self.halted = Some("host-calls");
        }
        self.halted.map_or(Ok(()), Err)
    }

    pub fn stop(&mut self, reason: impl Into<String>) {
        let stop = Stop {
            entry: self.entry.clone(),
            reason: reason.into(),
        };
        if self.stops.len() < 64 && !self.stops.contains(&stop) {
            self.stops.push(stop);
        }
    }

    pub fn gate(&mut self, what: &str) {
        if self.gates.len() < 128 {
            self.gates.insert(what.chars().take(80).collect());
        }
    }

    /// Seeded bytes.
    pub fn random(&mut self, length: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(length.min(limits::CRUNCHED));
        while out.len() < length.min(limits::CRUNCHED) {
            self.random += 1;
            out.extend(Sha256::digest(format!("{}/random/{}", self.seed, self.random)));
        }
        out.truncate(length);
        out
    }

    /// Writes an event whose words do not leave the machine.
    pub fn note(&mut self, action: Action) {
        self.push(action, Vec::new());
    }

    /// Writes down a print; many of them are dropped alone, so that printing cannot drown the story.
    pub fn print(&mut self, stream: String, text: String) {
        self.printed += 1;
        if self.printed > limits::PRINTS {
            self.dropped += 1;
        } else {
            self.note(Action::Printed { stream, text });
        }
    }

    /// Writes an event once per rehearsal and entry.
    pub fn note_once(&mut self, key: String, action: Action) {
        let key = format!("{}\u{0}{key}", self.entry);
        if self.seen.len() < 4096 && self.seen.insert(key) {
            self.note(action);
        }
    }

    /// Writes an event after searching what leaves the machine with it.
    pub fn leave(&mut self, action: Action, payloads: &[&[u8]]) {
        let mut canaries: Vec<CanaryRef> = Vec::new();
        for payload in payloads {
            canaries.extend(self.canaries.find(payload));
        }
        if canaries
            .iter()
            .all(|canary| canary.kind == crate::canary::CanaryKind::Identity)
        {
            for payload in payloads {
                canaries.extend(self.canaries.note_pieces(payload));
            }
        }
        canaries.sort();
        canaries.dedup_by(|one, other| one.name == other.name);
        self.push(action, canaries);
    }

    fn push(&mut self, action: Action, canaries: Vec<CanaryRef>) {
        if self.events.len() >= self.budget.events {
            self.dropped += 1;
            self.halted = Some("events");
            return;
        }
        self.events.push(Event {
            at: u32::try_from(self.events.len()).unwrap_or(u32::MAX),
            virtual_ms: self.now_ms - self.started_ms,
            entry: self.entry.clone(),
            at_install: self.at_install,
            lazy: self.lazy,
            site: self.site.clone(),
            action,
            canaries,
        });
    }

    /// Takes the time forward; says whether the rehearsal may wait that long.
    pub fn advance(&mut self, to_ms: u64) -> bool {
        self.now_ms = self.now_ms.max(to_ms);
        self.now_ms - self.started_ms <= limits::VIRTUAL_MS
    }

    pub fn inside(&self, path: &str) -> bool {
        path.strip_prefix(self.root.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A path as people read it: inside the package without the long way there.
    pub fn shown(&self, path: &str) -> String {
        let home = normalise(&self.persona.home(), "/");
        if let Some(rest) = path.strip_prefix(self.root.as_str())
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return format!(".{rest}");
        }
        match path.strip_prefix(home.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => path.to_owned(),
        }
    }

    pub fn read_file(&mut self, path: &str) -> Option<Rc<Vec<u8>>> {
        let path = normalise(path, &self.folder);
        let leaf = self.tree.leaf(&path).cloned();
        let shown = self.shown(&path);
        let bytes = leaf.as_ref().map_or(&[][..], |leaf| leaf.bytes.as_slice());
        let canaries: Vec<CanaryRef> = if self.inside(&path) || bytes.len() > 65_536 {
            Vec::new()
        } else {
            self.canaries.find(bytes)
        };
        let secret = canaries
            .iter()
            .any(|canary| canary.kind != crate::canary::CanaryKind::Identity);
        let excerpt = if secret {
            "(a marked secret)".to_owned()
        } else {
            codec::excerpt(bytes.get(..bytes.len().min(80)).unwrap_or(bytes))
        };
        let action = Action::FileRead {
            path: shown,
            bytes: bytes.len() as u64,
            excerpt,
            found: leaf.is_some(),
        };
        let key = format!("read {path}");
        if self.seen.insert(key) {
            self.push(action, if secret { canaries } else { Vec::new() });
        }
        leaf.map(|leaf| leaf.bytes)
    }

    /// Writes to the tree; refuses when the rehearsal has written enough.
    pub fn write_file(&mut self, path: &str, bytes: &[u8], append: bool) -> bool {
        self.written = self.written.saturating_add(bytes.len());
        if self.written > self.budget.written_bytes {
            self.halted = Some("written-bytes");
            return false;
        }
        let path = normalise(path, &self.folder);
        let mut whole = Vec::new();
        if append && let Some(leaf) = self.tree.leaf(&path) {
            whole.extend_from_slice(&leaf.bytes);
        }
        whole.extend_from_slice(bytes);
        let downloaded = self.network.marked(&whole);
        let inside = self.inside(&path);
        let action = Action::FileWritten {
            path: self.shown(&path),
            bytes: whole.len() as u64,
            excerpt: codec::excerpt(bytes),
            inside,
            downloaded,
        };
        self.tree.put(&path, whole, true, downloaded);
        if inside {
            self.note(action);
        } else {
            let canaries = self.canaries.find(bytes);
            self.push(
                action,
                canaries
                    .into_iter()
                    .filter(|c| c.kind != crate::canary::CanaryKind::Identity)
                    .collect(),
            );
        }
        true
    }

    pub fn change_file(&mut self, path: &str, change: &str, to: &str) {
        let action = Action::FileChanged {
            path: self.shown(path),
            change: change.to_owned(),
            to: if to.is_empty() {
                String::new()
            } else {
                self.shown(to)
            },
        };
        self.note(action);
    }

    /// A request: written down and answered by the scripted network.
    pub fn request(
        &mut self,
        method: &str,
        url: &str,
        headers: &[String],
        body: &[u8],
    ) -> crate::network::Answer {
        let host = host_of(url);
        let joined = headers.join("\n");
        let action = Action::Request {
            method: method.to_owned(),
            url: url.chars().take(2048).collect(),
            host: host.clone(),
            headers: headers
                .iter()
                .take(32)
                .map(|header| header.chars().take(300).collect())
                .collect(),
            body: codec::excerpt(body),
        };
        self.leave(action, &[url.as_bytes(), joined.as_bytes(), body]);
        self.network.answer(method, url, &host)
    }

    pub fn derive(&mut self, input: &[u8], output: &[u8], how: Disguise) {
        self.canaries.derive(input, output, how);
    }

    pub fn queue(&mut self, child: Child) {
        if self.children_seen >= limits::CHILDREN || child.depth > limits::CHILD_DEPTH {
            self.stop("children");
            return;
        }
        self.children_seen += 1;
        self.children.push_back(child);
    }

    pub fn finish(self, instructions: u64) -> Trace {
        let quiet = |event: &Event| {
            matches!(
                event.action,
                Action::ModuleAsked { .. }
                    | Action::Printed { .. }
                    | Action::FileRead { .. }
                    | Action::FolderListed { .. }
                    | Action::EnvRead { .. }
                    | Action::EnvWhole {}
                    | Action::IdentityRead { .. }
                    | Action::Missing { .. }
                    | Action::Exited { .. }
                    | Action::Threw { .. }
                    | Action::TimerSet { .. }
            ) || matches!(&event.action, Action::Spawned { downloaded: false, .. } if event.site.is_none())
        };
        Trace {
            persona: self.persona,
            silent: self.events.iter().all(quiet),
            events: self.events,
            dropped: self.dropped,
            stops: self.stops,
            gates: self.gates.into_iter().collect(),
            instructions,
        }
    }
}
