//! The closed machine: runs a package's code on abstract values, with nothing behind it.
//! It has no file, socket, process or clock; what it meets there is a fact in its notebook.
pub(crate) mod call;
pub(crate) mod classes;
pub(crate) mod endless;
pub(crate) mod eval;
pub(crate) mod exec;
pub(crate) mod gates;
pub(crate) mod generic;
pub(crate) mod heap;
pub(crate) mod marks;
pub(crate) mod member;
pub(crate) mod method;
pub(crate) mod modules;
pub(crate) mod ops;
pub(crate) mod proxy;
pub(crate) mod shortcut;
pub(crate) mod value;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use self::heap::{Frame, Kind, Object};
use self::marks::{Mark, Place, Source};
use self::value::{HostId, Obj, Taint, V, Val};
use crate::entry::Trigger;
use crate::hash::FxBuild;
use crate::ir::{Func, Name};
use crate::notebook::Notebook;
use crate::package::{Budget, Indexed};

/// Deepest nesting of evaluation: each level costs some kilobytes of the stack the caller promised.
const MOST_DEPTH: u32 = 6_000;
/// Deepest nesting of calls; decoders and packers stay far below.
pub(crate) const MOST_CALLS: u32 = 120;
/// Objects kept at once; each costs some 200 bytes.
const MOST_OBJECTS: usize = 400_000;
/// Properties and elements objects were made with, all together; each costs some 70 bytes.
const MOST_ENTRIES: usize = 2_500_000;
/// Marks kept at once.
const MOST_MARKS: usize = 100_000;
/// Source texts read: the package's own and decoded layers.
const MOST_SOURCES: usize = 20_000;

/// A source text the machine has read.
pub(crate) struct SourceText {
    pub path: Rc<str>,
    pub text: Rc<str>,
    /// Where it was decoded, when it is no file of the package.
    pub layer: Option<Layer>,
    pub depth: u32,
}

/// How a decoded text came about.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub place: Place,
    pub marks: Taint,
}

/// How far a file of the package has been run.
#[derive(Clone, Debug)]
pub(crate) enum ModState {
    New,
    Running(Val),
    Done(Val),
    Failed,
}

/// One running function.
pub(crate) struct Act {
    pub frame: Rc<Frame>,
    pub src: u32,
    pub func: Rc<Func>,
    pub this: Val,
    pub args: Vec<Val>,
    pub home: Option<Obj>,
    pub ret: Option<Val>,
    pub unsure: u32,
    pub maybe_exit: bool,
    pub explore: bool,
}

/// How often a function has been run, by what its arguments carried.
#[derive(Default)]
pub(crate) struct Counts {
    pub sure: u32,
    pub vague: Vec<(u32, u32)>,
    /// Steps of the runs with unknown arguments.
    pub vague_steps: u64,
    pub active: u32,
    pub last: Option<Val>,
    /// Conditions met that were not known, when the outermost activation began.
    pub began: u64,
    /// What the activations were given.
    pub entered: Vec<u64>,
    /// One of the activations met a condition that was not known.
    pub met: bool,
    /// Runs with known arguments that met such a condition, and the steps they took themselves.
    pub hazy: u32,
    pub hazy_steps: u64,
    /// Steps all runs took themselves.
    pub own_steps: u64,
    /// What it has shown of being a known decoder.
    pub shown: shortcut::Shown,
}

/// The machine.
pub(crate) struct Machine<'p> {
    pub pkg: &'p Indexed<'p>,
    pub budget: Budget,
    pub heap: Vec<Object>,
    entries: usize,
    host_names: Vec<Rc<str>>,
    host_index: HashMap<Rc<str>, HostId, FxBuild>,
    host_children: HashMap<(HostId, Name), HostId, FxBuild>,
    pub marks: Vec<Mark>,
    pub sources: Vec<SourceText>,
    pub modules: Vec<ModState>,
    pub file_sources: HashMap<u32, u32, FxBuild>,
    pub globals: HashMap<Name, Val, FxBuild>,
    pub next_func: u32,
    pub counts: Vec<Counts>,
    /// First closure seen of each function, and whether it ever ran.
    pub closures: Vec<(Obj, u32)>,
    closure_seen: HashSet<u32, FxBuild>,
    pub skipped: HashSet<u32, FxBuild>,
    pub instances: HashSet<Obj, FxBuild>,
    pub steps: u64,
    pub exhausted: bool,
    pub depth: u32,
    pub call_depth: u32,
    /// Grows with every call that leaves pure code.
    pub worldly: u64,
    pub thrown: Val,
    pub trigger: Trigger,
    pub lazy: bool,
    /// The top level of a file runs, whoever asked for it.
    pub loading: bool,
    /// What was asked or waited for on the way here.
    pub gates: Vec<gates::Gate>,
    /// Variables that hold an answer, by the place of the frame and by slot. The frame is kept, so that no other one
    /// takes its place.
    answers: HashMap<(usize, u32), (Rc<Frame>, &'static str), FxBuild>,
    /// A promise that a timer keeps after so many milliseconds, not yet waited for.
    pub promised_wait: Option<(Place, f64)>,
    /// Calls on the way here that need not happen: from a branch nobody can decide, or by whoever holds a callback.
    pub doubt: u32,
    /// A loop has run long, as those do that turn string tables.
    pub turning: bool,
    pub layer_bytes: u64,
    pub notes: Notebook,
    pub obfuscated: HashSet<String>,
    /// Files that an installation and a user of the package both load, and who that user is.
    pub shared: HashMap<u32, Trigger, FxBuild>,
    pub arena: oxc_allocator::Allocator,
    pub regexes: HashMap<(Name, Name), Option<Rc<regex::Regex>>, FxBuild>,
    /// Where the current root must stop, so that one file cannot eat the work of all.
    pub limit: u64,
    /// A root that was stopped by its limit.
    pub cut: bool,
    /// Callbacks of the network, to run once more when the value they belong to has its name.
    pub deferred: Vec<(Val, Val, Vec<Val>, u32)>,
    /// Grows with every condition that is not known.
    pub vague: u64,
    /// Steps taken by the calls of the running function.
    pub within: u64,
    /// Runs and steps of the same call of one function, where they met the unknown.
    pub again: HashMap<(u32, u64), (u32, u64), FxBuild>,
}

impl<'p> Machine<'p> {
    pub fn new(pkg: &'p Indexed<'p>, budget: Budget) -> Self {
        let files = pkg.files.len();
        Self {
            pkg,
            budget,
            heap: vec![Object::new(Kind::Plain)],
            entries: 0,
            host_names: Vec::new(),
            host_index: HashMap::default(),
            host_children: HashMap::default(),
            marks: Vec::new(),
            sources: Vec::new(),
            modules: vec![ModState::New; files],
            file_sources: HashMap::default(),
            globals: HashMap::default(),
            next_func: 0,
            counts: Vec::new(),
            closures: Vec::new(),
            closure_seen: HashSet::default(),
            skipped: HashSet::default(),
            instances: HashSet::default(),
            steps: 0,
            exhausted: false,
            depth: 0,
            call_depth: 0,
            worldly: 0,
            thrown: Val::unknown(),
            trigger: Trigger::Unreached,
            lazy: false,
            loading: false,
            gates: Vec::new(),
            answers: HashMap::default(),
            promised_wait: None,
            doubt: 0,
            turning: false,
            layer_bytes: 0,
            notes: Notebook::default(),
            obfuscated: HashSet::new(),
            shared: HashMap::default(),
            arena: oxc_allocator::Allocator::default(),
            regexes: HashMap::default(),
            limit: budget.max_steps,
            cut: false,
            vague: 0,
            within: 0,
            again: HashMap::default(),
            deferred: Vec::new(),
        }
    }

    /// Counts one step; false when the budget is spent.
    pub fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps <= self.limit && self.depth <= MOST_DEPTH {
            return true;
        }
        if self.steps > self.limit {
            self.exhausted = true;
        }
        false
    }

    /// Remembers a callback that may use the value its call is about to give.
    pub fn defer(&mut self, f: &Val, this: Val, args: Vec<Val>, at: u32) {
        if self.deferred.len() < 64 {
            self.deferred.push((f.clone(), this, args, at));
        }
    }

    /// Runs what was remembered since `from`.
    pub fn settle_deferred(&mut self, a: &mut Act, from: usize) {
        let mut rounds = 0;
        while self.deferred.len() > from && rounds < 64 {
            rounds += 1;
            if let Some((f, this, args, at)) = self.deferred.pop() {
                self.call(a, &f, this, args, at);
            }
        }
        self.deferred.truncate(from);
    }

    /// Gives the next root its share of the work; false when nothing is left at all.
    pub fn allow(&mut self, share: u64) -> bool {
        if self.exhausted {
            self.cut = true;
        }
        let full = self.heap.len() >= MOST_OBJECTS || self.entries >= MOST_ENTRIES;
        if self.steps >= self.budget.max_steps || full {
            self.exhausted = true;
            return false;
        }
        self.exhausted = false;
        self.limit = (self.steps + share).min(self.budget.max_steps);
        true
    }

    /// Charges work that grows with data.
    pub fn charge(&mut self, bytes: usize) {
        self.steps += (bytes as u64) / 16;
    }

    pub fn host(&mut self, path: &str) -> HostId {
        if let Some(id) = self.host_index.get(path) {
            return *id;
        }
        let id = self.host_names.len() as HostId;
        let name: Rc<str> = path.into();
        self.host_names.push(name.clone());
        self.host_index.insert(name, id);
        id
    }

    pub fn host_val(&mut self, path: &str) -> Val {
        Val::new(V::Host(self.host(path)))
    }

    pub fn host_name(&self, id: HostId) -> Rc<str> {
        self.host_names
            .get(id as usize)
            .cloned()
            .unwrap_or_else(|| "".into())
    }

    pub fn host_child(&mut self, id: HostId, name: &Name) -> HostId {
        if let Some(child) = self.host_children.get(&(id, name.clone())) {
            return *child;
        }
        let parent = self.host_name(id);
        // A path this long is a chain of unknown calls, not a name worth keeping apart.
        let child = if parent.len() > 160 {
            id
        } else {
            self.host(&crate::host::child_path(&parent, name))
        };
        self.host_children.insert((id, name.clone()), child);
        child
    }

    pub fn alloc(&mut self, object: Object) -> Obj {
        let entries = object.names.len() + object.elems.len();
        if self.heap.len() >= MOST_OBJECTS || self.entries + entries > MOST_ENTRIES {
            self.exhausted = true;
            return 0;
        }
        // Copies of large objects are work as well as memory.
        self.entries += entries;
        self.steps += entries as u64 / 4;
        self.heap.push(object);
        (self.heap.len() - 1) as Obj
    }

    pub fn new_obj(&mut self, kind: Kind) -> Obj {
        self.alloc(Object::new(kind))
    }

    pub fn obj_val(&mut self, kind: Kind) -> Val {
        Val::new(V::Obj(self.new_obj(kind)))
    }

    pub fn array(&mut self, elems: Vec<Val>) -> Val {
        let mut object = Object::new(Kind::Array);
        object.elems = elems;
        Val::new(V::Obj(self.alloc(object)))
    }

    pub fn bytes(&mut self, bytes: Vec<u8>) -> Val {
        self.charge(bytes.len());
        self.obj_val(Kind::Bytes(bytes))
    }

    pub fn get(&self, obj: Obj) -> Option<&Object> {
        self.heap.get(obj as usize)
    }

    pub fn get_mut(&mut self, obj: Obj) -> Option<&mut Object> {
        self.heap.get_mut(obj as usize)
    }

    /// A new mark without predecessor.
    pub fn mark(
        &mut self,
        source: Source,
        place: Place,
        note: impl Into<String>,
        detail: Option<String>,
    ) -> Taint {
        self.mark_from(source, place, note, detail, None)
    }

    pub fn mark_from(
        &mut self,
        source: Source,
        place: Place,
        note: impl Into<String>,
        detail: Option<String>,
        dest: Option<u32>,
    ) -> Taint {
        if self.marks.len() >= MOST_MARKS {
            return Taint::none();
        }
        let id = self.marks.len() as u32;
        self.marks.push(Mark {
            source,
            place,
            note: note.into(),
            detail,
            dest,
            before: None,
            root: id,
        });
        Taint::one(id)
    }

    /// The same origins after one more station, when any is worth following.
    pub fn via(&mut self, t: &Taint, place: Place, note: &str) -> Taint {
        let mut out = Taint::none();
        for id in t.ids() {
            let Some(mark) = self.marks.get(*id as usize) else {
                continue;
            };
            let repeats = mark.place == place || (mark.before.is_some() && mark.note == note);
            if repeats || mark.source == Source::Caller || self.marks.len() >= MOST_MARKS {
                out = out.join(&Taint::one(*id));
                continue;
            }
            let next = Mark {
                place,
                note: note.to_owned(),
                before: Some(*id),
                ..mark.clone()
            };
            let id = self.marks.len() as u32;
            self.marks.push(next);
            out = out.join(&Taint::one(id));
        }
        out
    }

    /// The kinds of origin in a set of marks, as bits.
    pub fn mask(&self, t: &Taint) -> u32 {
        t.ids()
            .iter()
            .filter_map(|id| self.marks.get(*id as usize))
            .fold(0, |mask, m| mask | 1 << (m.source as u32))
    }

    pub fn has(&self, t: &Taint, source: Source) -> bool {
        self.mask(t) & (1 << (source as u32)) != 0
    }

    /// Every mark reachable from a value through its properties.
    pub fn deep(&self, value: &Val) -> Taint {
        let mut out = value.t.clone();
        let mut left = 300u32;
        self.deep_into(value, 0, &mut out, &mut left);
        out
    }

    fn deep_into(&self, value: &Val, depth: u32, out: &mut Taint, left: &mut u32) {
        if depth > 5 || *left == 0 {
            return;
        }
        *left -= 1;
        *out = out.join(&value.t);
        match &value.v {
            V::Alt(list) => list.iter().for_each(|v| self.deep_into(v, depth + 1, out, left)),
            V::Obj(obj) => {
                let Some(object) = self.get(*obj) else { return };
                if let Kind::Proxy { target, .. } = &object.kind {
                    self.deep_into(target, depth + 1, out, left);
                }
                for (_, field) in object.entries() {
                    if let heap::Field::Val(v) = field
                        && !self.is_code(v)
                    {
                        self.deep_into(v, depth + 1, out, left);
                    }
                }
                for v in object.elems.iter().take(64) {
                    self.deep_into(v, depth + 1, out, left);
                }
                self.deep_into(&object.rest, depth + 1, out, left);
            }
            _ => {}
        }
    }

    fn is_code(&self, v: &Val) -> bool {
        matches!(&v.v, V::Obj(o) if self.get(*o).is_some_and(Object::is_callable))
    }

    /// Makes a closure and remembers the first of its kind.
    pub fn closure(&mut self, f: &Rc<Func>, frame: &Rc<Frame>, this: Option<Val>, home: Option<Obj>) -> Obj {
        let obj = self.new_obj(Kind::Func {
            f: f.clone(),
            frame: frame.clone(),
            this,
            home,
        });
        if self.closure_seen.insert(f.id) {
            self.closures.push((obj, f.id));
        }
        obj
    }

    pub fn counts(&mut self, id: u32) -> &mut Counts {
        let ix = id as usize;
        if self.counts.len() <= ix {
            self.counts.resize_with(ix + 1, Counts::default);
        }
        #[expect(clippy::indexing_slicing, reason = "resized just above")]
        &mut self.counts[ix]
    }

    /// True when the code has read a registry's token anywhere.
    pub fn notes_token(&self) -> bool {
        self.marks.iter().any(|m| {
            let name = m.detail.as_deref().unwrap_or_default();
            (m.source == Source::Secret && (name.contains("NPM") || name.contains("NODE_AUTH")))
                || (m.source == Source::CredentialFile && name.contains("npmrc"))
        })
    }

    /// True when a file's own text is obfuscated, as the look at its bytes found.
    pub fn notes_obfuscated(&self, path: &str) -> bool {
        self.obfuscated.contains(path)
    }

    pub fn add_source(
        &mut self,
        path: Rc<str>,
        text: Rc<str>,
        layer: Option<Layer>,
        depth: u32,
    ) -> Option<u32> {
        if self.sources.len() >= MOST_SOURCES {
            return None;
        }
        self.sources.push(SourceText {
            path,
            text,
            layer,
            depth,
        });
        Some((self.sources.len() - 1) as u32)
    }
}
