//! The graph of a package's files: who imports whom, what reaches what, which quiet files join loud ones.
//! It reads specifiers that stand in the text; what code computes is the machine's business.
use std::collections::VecDeque;

use crate::entry::Trigger;
use crate::look::files::Looks;
use crate::package::{Indexed, Resolution};

/// The files each file imports, by index.
pub(crate) struct Graph {
    edges: Vec<Vec<u32>>,
}

impl Graph {
    pub fn new(pkg: &Indexed<'_>, looks: &[Looks]) -> Self {
        let edges = pkg
            .files
            .iter()
            .zip(looks)
            .map(|(file, look)| {
                let mut out: Vec<u32> = look
                    .imports
                    .iter()
                    .filter(|import| pkg.may_be_own(import))
                    .filter_map(|import| match pkg.resolve(&file.path, import, true) {
                        Resolution::File(next) => Some(next),
                        _ => None,
                    })
                    .collect();
                out.sort_unstable();
                out.dedup();
                out
            })
            .collect();
        Self { edges }
    }

    /// The strongest trigger that reaches each file.
    pub fn reach(&self, entries: &[(u32, Trigger)]) -> Vec<Trigger> {
        let mut out = vec![Trigger::Unreached; self.edges.len()];
        let mut queue: VecDeque<(u32, Trigger)> = entries.iter().copied().collect();
        while let Some((file, trigger)) = queue.pop_front() {
            let ix = file as usize;
            match out.get_mut(ix) {
                Some(have) if trigger < *have => *have = trigger,
                _ => continue,
            }
            let next = self.edges.get(ix).map(Vec::as_slice).unwrap_or_default();
            queue.extend(next.iter().map(|file| (*file, trigger)));
        }
        out
    }

    /// The files to follow: those with a way to a sink, and those that import one, however far: a file
    /// without a word of its own can hand what one module reads to another that sends it.
    pub fn followed(&self, looks: &[Looks]) -> Vec<bool> {
        let mut importers: Vec<Vec<u32>> = vec![Vec::new(); self.edges.len()];
        for (from, list) in self.edges.iter().enumerate() {
            for to in list {
                if let Some(list) = importers.get_mut(*to as usize) {
                    list.push(from as u32);
                }
            }
        }
        let mut out: Vec<bool> = looks.iter().map(|l| l.hot).collect();
        let mut queue: Vec<u32> = (0u32..)
            .zip(&out)
            .filter(|(_, hot)| **hot)
            .map(|(ix, _)| ix)
            .collect();
        while let Some(file) = queue.pop() {
            for from in importers.get(file as usize).into_iter().flatten() {
                if let Some(done) = out.get_mut(*from as usize)
                    && !*done
                {
                    *done = true;
                    queue.push(*from);
                }
            }
        }
        out
    }
}
