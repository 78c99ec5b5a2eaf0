//! The small tree the machine runs: names resolved to slots, syntax sugar gone, free of the parser's arena.
//! It knows no value and no host; a place is a byte offset into its own source.
use std::rc::Rc;

use crate::text::JsStr;

/// An interned name.
pub type Name = Rc<str>;

/// A variable: how many function frames up, and which slot there.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub hops: u32,
    pub ix: u32,
}

/// An expression and where it stands.
#[derive(Debug)]
pub struct Expr {
    pub at: u32,
    pub ex: Ex,
}

/// Binary operators, assignment operators included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bin {
    Eq,
    Ne,
    SEq,
    SNe,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Shl,
    Shr,
    UShr,
    Or,
    Xor,
    And,
    In,
    InstanceOf,
}

/// Logical operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    And,
    Or,
    Nullish,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Un {
    Neg,
    Plus,
    Not,
    BitNot,
    TypeOf,
    Void,
    Delete,
}

/// What an expression is.
#[derive(Debug)]
pub enum Ex {
    Undef,
    Null,
    Bool(bool),
    Num(f64),
    Str(Rc<JsStr>),
    Regex(Name, Name),
    Template(Vec<Rc<JsStr>>, Vec<Expr>),
    Var(Slot),
    Global(Name),
    This,
    Super,
    Meta,
    Array(Vec<Arg>),
    Object(Vec<Prop>),
    Func(Rc<Func>),
    Class(Rc<Class>),
    Member(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<Arg>),
    New(Box<Expr>, Vec<Arg>),
    Import(Box<Expr>),
    Unary(Un, Box<Expr>),
    Binary(Bin, Box<Expr>, Box<Expr>),
    Logical(Logic, Box<Expr>, Box<Expr>),
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    Assign(Box<Pat>, Box<Expr>),
    AssignOp(Bin, Box<Pat>, Box<Expr>),
    AssignLogic(Logic, Box<Pat>, Box<Expr>),
    Update {
        target: Box<Pat>,
        up: bool,
        prefix: bool,
    },
    Seq(Vec<Expr>),
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    /// Evaluated for their effects; the value is unknown.
    Opaque(Vec<Expr>),
}

/// An argument or element; `spread` unpacks it.
#[derive(Debug)]
pub struct Arg {
    pub spread: bool,
    pub e: Expr,
}

/// A property key.
#[derive(Debug)]
pub enum Key {
    Name(Name),
    Computed(Box<Expr>),
}

/// How a property or member behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropKind {
    Plain,
    Get,
    Set,
}

/// A property of an object literal.
#[derive(Debug)]
pub enum Prop {
    Key(Key, Expr, PropKind),
    Spread(Expr),
}

/// A target of assignment or declaration.
#[derive(Debug)]
pub enum Pat {
    Var(Slot),
    Global(Name),
    Member(Expr),
    Array(Vec<Option<(Pat, Option<Expr>)>>, Option<Box<Pat>>),
    Object(Vec<(Key, Pat, Option<Expr>)>, Option<Box<Pat>>),
}

/// A function body with its frame layout.
#[derive(Debug)]
pub struct Func {
    pub id: u32,
    pub src: u32,
    pub at: u32,
    pub end: u32,
    pub name: Option<Name>,
    pub params: Vec<(Pat, Option<Expr>)>,
    pub param_names: Vec<Option<Name>>,
    pub rest: Option<Pat>,
    pub body: Vec<Stmt>,
    pub slots: u32,
    pub self_slot: Option<u32>,
    pub arrow: bool,
    pub generator: bool,
    pub size: u32,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    pub self_slot: Option<Slot>,
    pub parent: Option<Expr>,
    pub ctor: Option<Rc<Func>>,
    pub members: Vec<ClassMember>,
}

/// A member of a class.
#[derive(Debug)]
pub struct ClassMember {
    pub key: Option<Key>,
    pub fixed: bool,
    pub field: bool,
    pub kind: PropKind,
    pub value: Option<Rc<Func>>,
}

/// How a declaration binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    Var,
    Lexical,
}

/// A statement.
#[derive(Debug)]
pub enum Stmt {
    Expr(Expr),
    Decl(Bind, Pat, Option<Expr>),
    Func(u32, Rc<Func>),
    Return(Option<Expr>),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    Loop {
        init: Option<Box<Stmt>>,
        test: Option<Expr>,
        update: Option<Expr>,
        body: Box<Stmt>,
        post: bool,
    },
    ForIn(Pat, Expr, Box<Stmt>),
    ForOf(Pat, Expr, Box<Stmt>),
    Block(Vec<Stmt>),
    Try(Vec<Stmt>, Option<(Option<Pat>, Vec<Stmt>)>, Vec<Stmt>),
    Throw(Expr),
    Switch(Expr, Vec<(Option<Expr>, Vec<Stmt>)>),
    Break(Option<Name>),
    Continue(Option<Name>),
    Label(Name, Box<Stmt>),
}

/// An import binding of an ES module.
#[derive(Debug)]
pub struct ImportBinding {
    pub slot: Option<u32>,
    pub source: Name,
    /// `None` binds the namespace.
    pub name: Option<Name>,
    pub at: u32,
}

/// What an ES module exports.
#[derive(Debug)]
pub enum Export {
    Local(Name, Slot),
    From {
        source: Name,
        name: Option<Name>,
        exported: Option<Name>,
        at: u32,
    },
}

/// One lowered source.
#[derive(Debug)]
pub struct Unit {
    pub main: Rc<Func>,
    pub imports: Vec<ImportBinding>,
    pub exports: Vec<Export>,
    pub module: bool,
}
