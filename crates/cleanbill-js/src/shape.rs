//! What stays of code when it is renamed, reformatted and minified again: hashes of its sub-trees, and of runs along
//! its tree. It compares nothing and knows no package; it reads our own tree, in which scopes are resolved already.
//!
//! Local names, texts and numbers are one and the same word here; names of members and of globals are kept, since no
//! minifier may change them. Ways to write the same thing (`if (a) b` and `a && b`, `!0` and `true`, a declaration and
//! an assignment, a block and a comma) become one. Method of the runs: winnowing.
use serde::{Deserialize, Serialize};

mod fold;
mod operators;
mod walk;

/// Hashes of one source, each list sorted and without doubles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Of each expression, statement and function large enough to tell something.
    pub trees: Vec<u64>,
    /// Of runs of words along the tree, winnowed: what is inside other code is found again.
    pub runs: Vec<u64>,
}

/// Words in one run: the words are richer than tokens of text, so fewer tell as much.
const RUN: usize = 12;
/// Runs in one window, of which the smallest hash is kept.
const WINDOW: usize = 6;
/// Most hashes kept of each kind. The smallest stay, which is the same choice in every source, so that shares hold.
const MOST: usize = 50_000;

/// The shape of a source. `None` where no grammar reads it.
///
/// It must run on a thread with [`crate::REQUIRED_STACK_BYTES`] of stack.
#[must_use]
pub fn shape(text: &str, path: &str) -> Option<Shape> {
    let mut arena = oxc_allocator::Allocator::default();
    let unit = crate::parse::parse(&mut arena, text, path, 0, &mut 0).ok()?;
    let (words, trees) = walk::walk(&unit);
    Some(Shape {
        trees: kept(trees),
        runs: kept(runs(&words)),
    })
}

/// The smallest hash of each window of runs.
fn runs(words: &[u64]) -> Vec<u64> {
    let runs: Vec<u64> = words
        .windows(RUN)
        .map(|run| run.iter().fold(0, |hash, word| fold::mix(hash, *word)))
        .collect();
    if runs.len() < WINDOW {
        return runs.into_iter().min().into_iter().collect();
    }
    runs.windows(WINDOW)
        .filter_map(|window| window.iter().min().copied())
        .collect()
}

fn kept(mut hashes: Vec<u64>) -> Vec<u64> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(MOST);
    hashes
}
