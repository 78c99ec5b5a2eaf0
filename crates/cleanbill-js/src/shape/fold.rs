//! The words of a shape, and how they are folded into one hash.
//! It knows no tree: who says a word in which order is the walk's business.

/// Folds a word into a hash. Stable between runs and versions: shapes of honest releases are kept.
pub(super) fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// The word of a name that stays: of a member, of a global.
pub(super) fn name(text: &str) -> u64 {
    text.bytes()
        .fold(0x6e61_6d65, |hash, byte| mix(hash, u64::from(byte)))
}

/// The words that are no names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Word {
    /// A local variable, a text, a number: a minifier puts one for another.
    Atom = 1,
    Undefined,
    Null,
    True,
    False,
    This,
    Super,
    Meta,
    Array,
    Object,
    Getter,
    Setter,
    Spread,
    Function,
    Class,
    Member,
    Index,
    Call,
    New,
    Import,
    Not,
    Sign,
    TypeOf,
    Delete,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Add,
    Arithmetic,
    Bits,
    In,
    InstanceOf,
    And,
    Or,
    Nullish,
    If,
    Assign,
    Update,
    Await,
    Yield,
    Opaque,
    Return,
    Loop,
    ForIn,
    ForOf,
    Try,
    Throw,
    Switch,
    Case,
    Jump,
    Absent,
    Deep,
}

impl Word {
    pub(super) fn hash(self) -> u64 {
        mix(0x776f_7264, self as u64)
    }
}

/// A sub-tree: its hash, and how many words it has.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    pub(super) hash: u64,
    pub(super) size: u32,
}

/// Statements as one part of something larger; a single one is itself, whether in a block or not.
pub(super) fn together(list: &[Tree]) -> Tree {
    match list {
        [] => Tree {
            hash: Word::Absent.hash(),
            size: 0,
        },
        [one] => *one,
        many => Tree {
            hash: many.iter().fold(0, |hash, tree| mix(hash, tree.hash)),
            size: many
                .iter()
                .fold(0, |size: u32, tree| size.saturating_add(tree.size)),
        },
    }
}
