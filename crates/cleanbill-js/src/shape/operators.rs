//! The words of operators: those that a minifier puts for one another share one.
//! It knows no tree.
use super::fold::Word;
use crate::ir::{Bin, Logic, PropKind};

pub(super) fn accessor(kind: PropKind, plain: Word) -> u64 {
    match kind {
        PropKind::Plain => plain,
        PropKind::Get => Word::Getter,
        PropKind::Set => Word::Setter,
    }
    .hash()
}

pub(super) fn logic(op: Logic) -> u64 {
    match op {
        Logic::And => Word::And,
        Logic::Or => Word::Or,
        Logic::Nullish => Word::Nullish,
    }
    .hash()
}

pub(super) fn operator(op: Bin) -> Word {
    match op {
        Bin::Eq | Bin::SEq => Word::Equal,
        Bin::Ne | Bin::SNe => Word::Unequal,
        Bin::Lt | Bin::Gt => Word::Less,
        Bin::Le | Bin::Ge => Word::LessOrEqual,
        Bin::Add => Word::Add,
        Bin::Sub | Bin::Mul | Bin::Div | Bin::Rem | Bin::Pow => Word::Arithmetic,
        Bin::Shl | Bin::Shr | Bin::UShr | Bin::Or | Bin::Xor | Bin::And => Word::Bits,
        Bin::In => Word::In,
        Bin::InstanceOf => Word::InstanceOf,
    }
}
