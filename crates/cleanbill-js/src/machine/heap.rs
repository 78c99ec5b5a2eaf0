//! Objects: properties, elements, functions and the host's own things.
//! There is no collector; the number of objects is bounded by the machine's budget.
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::value::{Obj, V, Val};
use crate::hash::FxBuild;
use crate::ir::{Class, Func, Name};

/// The variables of one function activation.
#[derive(Debug)]
pub struct Frame {
    pub vars: RefCell<Vec<Val>>,
    pub up: Option<Rc<Frame>>,
}

impl Frame {
    pub fn new(slots: u32, up: Option<Rc<Frame>>) -> Rc<Self> {
        Rc::new(Self {
            vars: RefCell::new(vec![Val::undef(); slots as usize]),
            up,
        })
    }
}

/// What a property holds.
#[derive(Clone, Debug)]
pub enum Field {
    Val(Val),
    Access(Option<Val>, Option<Val>),
}

/// Something on the other end of a wire.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Index of the destination in the machine's table.
    pub dest: u32,
    pub wire: Wire,
}

/// What kind of wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Http,
    Response,
    /// The headers of a response.
    Headers,
    /// Where a response says the thing asked for is: whoever was asked speaks for it.
    Redirect,
    Socket,
    WebSocket,
}

impl Wire {
    /// Only read from.
    pub fn comes_in(self) -> bool {
        matches!(self, Self::Response | Self::Headers | Self::Redirect)
    }
}

/// What an object is.
#[derive(Clone, Debug)]
pub enum Kind {
    Plain,
    Array,
    Func {
        f: Rc<Func>,
        frame: Rc<Frame>,
        this: Option<Val>,
        home: Option<Obj>,
    },
    Class {
        c: Rc<Class>,
        frame: Rc<Frame>,
        proto: Obj,
        parent: Val,
    },
    Bytes(Vec<u8>),
    Promise,
    Regex(Name, Name),
    Remote(Remote),
    /// A child process; true when a shell waits on its standard input.
    Process {
        shell: bool,
    },
    /// One stream of a child process.
    Pipe {
        of: Obj,
        input: bool,
    },
    /// A stream writing the file in its `path` property.
    FileOut,
    /// `f` with a receiver and first arguments.
    Bound {
        f: Val,
        this: Val,
        args: Vec<Val>,
    },
    /// A proxy with traps for reads, writes or calls.
    Proxy {
        target: Val,
        handler: Val,
        callable: bool,
    },
    /// Settles the promise.
    Settle(Obj),
    /// A constant-key cipher or a hash under way.
    Cipher {
        algorithm: Name,
        key: Option<Vec<u8>>,
        iv: Option<Vec<u8>>,
        encrypt: bool,
    },
    /// `new Function(...)` before it is called, its source already read.
    Compiled,
    Error,
    /// An XMLHttpRequest before `open`.
    Xhr,
}

/// One object.
#[derive(Debug)]
pub struct Object {
    pub kind: Kind,
    pub names: Vec<Name>,
    fields: Vec<Field>,
    index: Option<HashMap<Name, u32, FxBuild>>,
    pub elems: Vec<Val>,
    pub proto: Option<Obj>,
    /// What was stored under keys we do not know.
    pub rest: Val,
    /// Listeners by event name.
    pub listeners: Vec<(Name, Val)>,
}

/// Linear search is faster than a table up to this many properties.
const SMALL: usize = 8;

impl Object {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            names: Vec::new(),
            fields: Vec::new(),
            index: None,
            elems: Vec::new(),
            proto: None,
            rest: Val::undef(),
            listeners: Vec::new(),
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).map(|ix| *ix as usize),
            None => self.names.iter().position(|n| n.as_ref() == name),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Field> {
        self.find(name).and_then(|ix| self.fields.get(ix))
    }

    pub fn set(&mut self, name: &Name, field: Field) {
        if let Some(ix) = self.find(name) {
            if let Some(slot) = self.fields.get_mut(ix) {
                *slot = field;
            }
            return;
        }
        let ix = self.names.len();
        self.names.push(name.clone());
        self.fields.push(field);
        if let Some(index) = &mut self.index {
            index.insert(name.clone(), ix as u32);
        } else if ix >= SMALL {
            self.index = Some(
                self.names
                    .iter()
                    .enumerate()
                    .map(|(ix, n)| (n.clone(), ix as u32))
                    .collect(),
            );
        }
    }

    pub fn put(&mut self, name: &str, value: Val) {
        self.set(&Name::from(name), Field::Val(value));
    }

    pub fn entries(&self) -> impl Iterator<Item = (&Name, &Field)> {
        self.names.iter().zip(self.fields.iter())
    }

    pub fn is_callable(&self) -> bool {
        matches!(
            self.kind,
            Kind::Func { .. }
                | Kind::Class { .. }
                | Kind::Bound { .. }
                | Kind::Settle(_)
                | Kind::Compiled
                | Kind::Proxy { callable: true, .. }
        )
    }

    pub fn has_rest(&self) -> bool {
        !matches!(self.rest.v, V::Undef) || !self.rest.t.is_empty()
    }
}
