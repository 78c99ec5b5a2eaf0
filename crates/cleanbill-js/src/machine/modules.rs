//! Files as modules: run once, when first looked at; decoded text run where it is evaluated.
//! Which files are entries is `entry`'s business.
use std::rc::Rc;

use super::heap::{Field, Frame, Kind};
use super::marks::Place;
use super::value::{Taint, V, Val};
use super::{Act, Layer, Machine, ModState};
use crate::ir::{Export, Name, Unit};
use crate::kind::FileKind;
use crate::package::Resolution;
use crate::text::{PACKAGE, hole};

/// Steps the top level of a file may take besides those for its size.
pub(crate) const FILE_SHARE: u64 = 3_000_000;
/// Most steps a file gets for its size.
const MOST_SIZE_SHARE: u64 = 3_000_000;
/// The same for a file whose look says obfuscated: string tables are turned some hundred times.
pub(crate) const OBFUSCATED_SHARE: u64 = 30_000_000;
/// Decoded layers inside decoded layers.
const MOST_LAYERS: u32 = 6;
/// Text of all decoded layers of one package.
const MOST_LAYER_BYTES: u64 = 8 << 20;

impl<'p> Machine<'p> {
    /// The exports of a file, running it when needed. A file that is no code gives an unknown value.
    pub fn exports_of(&mut self, file: u32) -> Val {
        match self.modules.get(file as usize) {
            Some(ModState::Done(v) | ModState::Running(v)) => return v.clone(),
            Some(ModState::New) => {}
            _ => return Val::unknown(),
        }
        self.run_file(file)
    }

    /// Steps the top level of a file may take: by size, and enough on top for the string tables of obfuscators.
    pub fn file_share(&self, file: u32) -> u64 {
        let Some(entry) = self.pkg.files.get(file as usize) else {
            return FILE_SHARE;
        };
        let share = if self.obfuscated.contains(&entry.path) {
            OBFUSCATED_SHARE
        } else {
            FILE_SHARE
        };
        share + (entry.bytes.len() as u64).min(MOST_SIZE_SHARE)
    }

    fn set_module(&mut self, file: u32, state: ModState) {
        if let Some(slot) = self.modules.get_mut(file as usize) {
            *slot = state;
        }
    }

    fn run_file(&mut self, file: u32) -> Val {
        let pkg = self.pkg;
        let Some(entry) = pkg.files.get(file as usize) else {
            return Val::unknown();
        };
        if entry.kind == FileKind::Json {
            let value = match serde_json::from_slice(entry.bytes) {
                Ok(json) if entry.bytes.len() < 1 << 20 => crate::builtin::json::from_json(self, &json, 0),
                _ => Val::unknown(),
            };
            self.set_module(file, ModState::Done(value.clone()));
            return value;
        }
        if entry.kind.is_opaque()
            || matches!(
                entry.kind,
                FileKind::Image | FileKind::Font | FileKind::Media | FileKind::Document | FileKind::Empty
            )
        {
            self.set_module(file, ModState::Failed);
            return Val::unknown();
        }
        let Some((unit, src)) = self.load(file) else {
            self.set_module(file, ModState::Failed);
            return Val::unknown();
        };
        let exports = self.obj_val(Kind::Plain);
        self.set_module(file, ModState::Running(exports.clone()));
        // A file brings its own share, whoever needs it first, and leaves the importer's as it was.
        let (before, began) = (self.limit, self.steps);
        self.limit = before
            .max(began + self.file_share(file))
            .min(self.budget.max_steps);
        let (loading, turning, gates) = (self.loading, self.turning, self.gates.len());
        (self.loading, self.turning) = (true, false);
        let out = self.run_unit(&unit, src, Some(file), &exports);
        (self.loading, self.turning) = (loading, turning);
        self.leave_gates(gates);
        if self.exhausted && self.trigger <= crate::entry::Trigger::Bin {
            self.notes.unassessed(
                &entry.path,
                "its top level needs more work than one file is allowed",
            );
        }
        self.limit = (before + (self.steps - began)).min(self.budget.max_steps);
        self.exhausted &= self.steps >= self.limit;
        out
    }

    /// Parses a file once.
    fn load(&mut self, file: u32) -> Option<(Unit, u32)> {
        let entry = self.pkg.files.get(file as usize)?;
        if entry.bytes.len() as u64 > self.budget.max_file_bytes {
            self.notes
                .unassessed(&entry.path, "larger than the limit for one file");
            return None;
        }
        let bytes = entry.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(entry.bytes);
        let text: Rc<str> = String::from_utf8_lossy(bytes).into();
        let src = self.add_source(entry.path.as_str().into(), text.clone(), None, 0)?;
        self.file_sources.insert(file, src);
        match crate::parse::parse(&mut self.arena, &text, &entry.path, src, &mut self.next_func) {
            Ok(unit) => Some((unit, src)),
            Err(reason) => {
                // What is no code by type, or what nothing reaches, need not be code at all.
                if entry.kind.is_code() && self.trigger <= crate::entry::Trigger::Bin {
                    self.notes.unassessed(&entry.path, reason.words());
                }
                crate::look::lexical::note(self, file, &text);
                None
            }
        }
    }

    fn run_unit(&mut self, unit: &Unit, src: u32, file: Option<u32>, exports: &Val) -> Val {
        let frame = Frame::new(unit.main.slots, None);
        let module = self.new_obj(Kind::Plain);
        if let Some(m) = self.get_mut(module) {
            m.put("exports", exports.clone());
        }
        for (name, path) in [
            ("constructor", "module"),
            ("require", "require"),
            ("_compile", "module._compile"),
        ] {
            let value = self.host_val(path);
            if let Some(m) = self.get_mut(module) {
                m.put(name, value);
            }
        }
        let path = self
            .sources
            .get(src as usize)
            .map(|s| s.path.to_string())
            .unwrap_or_default();
        let dir = match path.rsplit_once('/') {
            Some((dir, _)) => format!("{}/{dir}", hole(PACKAGE)),
            None => hole(PACKAGE).to_string(),
        };
        let require = self.host_val("require");
        {
            let mut vars = frame.vars.borrow_mut();
            let firsts = [
                exports.clone(),
                require,
                Val::new(V::Obj(module)),
                Val::str(format!("{}/{path}", hole(PACKAGE))),
                Val::str(dir),
            ];
            for (slot, value) in vars.iter_mut().zip(firsts) {
                *slot = value;
            }
        }
        let this = exports.clone();
        let mut act = Act {
            frame: frame.clone(),
            src,
            func: unit.main.clone(),
            this,
            args: Vec::new(),
            home: None,
            ret: None,
            unsure: 0,
            maybe_exit: false,
            explore: false,
        };
        for import in &unit.imports {
            let place = Place { src, at: import.at };
            let source = Val::str(import.source.as_ref());
            let module = self.require(&mut act, &source, place, true);
            let value = match &import.name {
                None => module,
                Some(name) => self.imported(&mut act, module, name),
            };
            if let Some(slot) = import.slot
                && let Some(have) = frame.vars.borrow_mut().get_mut(slot as usize)
            {
                *have = value;
            }
        }
        if unit.module {
            self.fill_exports(&mut act, unit, exports);
        }
        self.counts(unit.main.id).sure += 1;
        let waiting = self.deferred.len();
        self.stmts(&mut act, &unit.main.body);
        self.settle_deferred(&mut act, waiting);
        let out = if unit.module {
            self.fill_exports(&mut act, unit, exports);
            exports.clone()
        } else {
            match self.get(module).and_then(|m| m.get("exports")) {
                Some(Field::Val(v)) => v.clone(),
                _ => exports.clone(),
            }
        };
        if let Some(file) = file {
            self.set_module(file, ModState::Done(out.clone()));
        }
        if self.skipped.remove(&unit.main.id) && !self.exhausted {
            // Top-level branches a constant closed: looked at once, as if they might open.
            act.explore = true;
            act.ret = None;
            let before = self.lazy;
            self.lazy = true;
            self.stmts(&mut act, &unit.main.body);
            self.lazy = before;
        }
        out
    }

    /// A named import; modules of the package stay unopened until used.
    fn imported(&mut self, act: &mut Act, module: Val, name: &Name) -> Val {
        match &module.v {
            V::Mod(file) => {
                let exports = self.exports_of(*file);
                match exports.v {
                    V::Mod(_) => Val::unknown(),
                    _ => self.module_prop(act, &exports, name, 0),
                }
            }
            _ => self.get_prop(act, &module, name, 0),
        }
    }

    fn fill_exports(&mut self, act: &mut Act, unit: &Unit, exports: &Val) {
        for export in &unit.exports {
            match export {
                Export::Local(name, slot) => {
                    let value = act
                        .frame
                        .vars
                        .borrow()
                        .get(slot.ix as usize)
                        .cloned()
                        .unwrap_or_else(Val::undef);
                    self.put_export(exports, name, value);
                }
                Export::From {
                    source,
                    name,
                    exported,
                    at,
                } => {
                    let place = Place {
                        src: act.src,
                        at: *at,
                    };
                    let module = self.require(act, &Val::str(source.as_ref()), place, true);
                    match (name, exported) {
                        (Some(name), Some(exported)) => {
                            let value = self.imported(act, module, name);
                            self.put_export(exports, exported, value);
                        }
                        (None, Some(exported)) => self.put_export(exports, exported, module),
                        _ => self.put_all(exports, &module),
                    }
                }
            }
        }
    }

    fn put_export(&mut self, exports: &Val, name: &Name, value: Val) {
        if let V::Obj(o) = exports.v
            && let Some(o) = self.get_mut(o)
        {
            o.set(name, Field::Val(value));
        }
    }

    fn put_all(&mut self, exports: &Val, module: &Val) {
        let module = match module.v {
            V::Mod(file) => self.exports_of(file),
            _ => module.clone(),
        };
        let V::Obj(to) = exports.v else { return };
        match module.v {
            V::Obj(from) if from != to => {
                let fields: Vec<(Name, Field)> = self
                    .get(from)
                    .map(|o| {
                        o.entries()
                            .filter(|(n, _)| n.as_ref() != "default")
                            .map(|(n, f)| (n.clone(), f.clone()))
                            .collect()
                    })
                    .unwrap_or_default();
                if let Some(o) = self.get_mut(to) {
                    for (name, field) in fields {
                        o.set(&name, field);
                    }
                }
            }
            V::Host(_) => {
                if let Some(o) = self.get_mut(to) {
                    o.rest = module;
                }
            }
            _ => {}
        }
    }

    /// Exports as something to call: an ES module's default when it has no other use.
    pub fn module_callable(&mut self, exports: &Val) -> Val {
        if let V::Obj(o) = exports.v
            && let Some(o) = self.get(o)
            && !o.is_callable()
            && let Some(Field::Val(v)) = o.get("default")
        {
            return v.clone();
        }
        exports.clone()
    }

    /// `require(source)` and `import(source)`.
    pub fn require(&mut self, a: &mut Act, source: &Val, place: Place, esm: bool) -> Val {
        crate::host::code::loads(self, a, source, place);
        let mut out: Option<Val> = None;
        for one in source.each() {
            let value = self.require_one(a, &one, place, esm);
            out = Some(match out {
                Some(have) => super::value::either(&have, &value),
                None => value,
            });
        }
        out.unwrap_or_else(Val::unknown)
    }

    fn require_one(&mut self, a: &mut Act, source: &Val, place: Place, esm: bool) -> Val {
        let Some(text) = self.to_text(source) else {
            return self.host_val("npm:?");
        };
        let text = text.as_str();
        let from = self
            .sources
            .get(a.src as usize)
            .map(|s| s.path.clone())
            .unwrap_or_else(|| "".into());
        match self.pkg.resolve(&from, text, esm) {
            Resolution::File(file) => {
                if let Some(entry) = self.pkg.files.get(file as usize)
                    && entry.kind.is_native()
                {
                    self.notes.native(entry.path.clone(), self.trigger, place);
                }
                self.notes.edge(a.src, file);
                Val::new(V::Mod(file))
            }
            Resolution::Builtin(name) => self.host_val(&name),
            Resolution::External(name) => self.host_val(&crate::host::external_path(&name)),
            Resolution::Missing => self.host_val("npm:?"),
        }
    }

    /// Runs decoded text as code of its own, in the place where it is evaluated.
    pub fn run_layer(
        &mut self,
        a: &mut Act,
        text: &str,
        place: Place,
        marks: &Taint,
        args: Option<(&[Name], Vec<Val>)>,
    ) -> Val {
        let outer = self.sources.get(place.src as usize);
        let depth = outer.map_or(0, |s| s.depth) + 1;
        self.layer_bytes += text.len() as u64;
        let path = outer.map(|s| s.path.clone()).unwrap_or_else(|| "".into());
        if depth > MOST_LAYERS || self.layer_bytes > MOST_LAYER_BYTES {
            self.notes.unassessed(&path, "more decoded layers than the limit");
            return Val::unknown();
        }
        let wrapped: Rc<str> = match &args {
            Some((names, _)) => {
                let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
                format!("return (function({}\n) {{\n{text}\n}})", names.join(",")).into()
            }
            None => text.into(),
        };
        let layer = Layer {
            place,
            marks: marks.clone(),
        };
        let Some(src) = self.add_source(path.clone(), wrapped.clone(), Some(layer), depth) else {
            return Val::unknown();
        };
        let unit = match crate::parse::parse(&mut self.arena, &wrapped, "layer.js", src, &mut self.next_func)
        {
            Ok(unit) => unit,
            Err(_) => return Val::unknown(),
        };
        self.notes.layer(src, place, text);
        if args.is_some() {
            let frame = Frame::new(unit.main.slots, None);
            let require = self.host_val("require");
            if let Some(slot) = frame.vars.borrow_mut().get_mut(1) {
                *slot = require;
            }
            let mut act = self.plain_act(frame, src, &unit);
            self.stmts(&mut act, &unit.main.body);
            return act.ret.unwrap_or_else(Val::unknown);
        }
        let exports = self.obj_val(Kind::Plain);
        let before = self.skipped.clone();
        let frame = Frame::new(unit.main.slots, None);
        {
            // `exports`, `require`, `module`, `__filename`, `__dirname` of the code around it.
            let mut vars = frame.vars.borrow_mut();
            let mut outer = &a.frame;
            while let Some(up) = &outer.up {
                outer = up;
            }
            for (slot, value) in vars.iter_mut().zip(outer.vars.borrow().iter().take(5)) {
                *slot = value.clone();
            }
            if let Some(slot) = vars.get_mut(1)
                && matches!(slot.v, V::Undef)
            {
                *slot = self.host_val("require");
            }
        }
        let mut act = self.plain_act(frame, src, &unit);
        act.this = exports;
        self.last_value(&mut act, &unit, before)
    }

    fn plain_act(&mut self, frame: Rc<Frame>, src: u32, unit: &Unit) -> Act {
        Act {
            frame,
            src,
            func: unit.main.clone(),
            this: Val::undef(),
            args: Vec::new(),
            home: None,
            ret: None,
            unsure: 0,
            maybe_exit: false,
            explore: false,
        }
    }

    /// The completion value of a script: its last expression.
    fn last_value(
        &mut self,
        act: &mut Act,
        unit: &Unit,
        skipped: std::collections::HashSet<u32, crate::hash::FxBuild>,
    ) -> Val {
        let Some((last, head)) = unit.main.body.split_last() else {
            return Val::undef();
        };
        let waiting = self.deferred.len();
        self.stmts(act, head);
        let out = match last {
            crate::ir::Stmt::Expr(e) => self.eval(act, e),
            other => {
                self.stmt(act, other);
                act.ret.take().unwrap_or_else(Val::unknown)
            }
        };
        self.settle_deferred(act, waiting);
        self.skipped.extend(skipped);
        out
    }
}
