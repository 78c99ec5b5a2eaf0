//! Advice an error may carry: what its reader can do about it.
use std::borrow::Cow;

/// One sentence of advice, without blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint(pub Cow<'static, str>);

impl Hint {
    /// A hint.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }
}
