//! Between which commits a bad release was pinned: from the pins of each lockfile version to windows.
//! It follows the shape of the history, since clocks of commits are whatever their authors say.
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use cleanbill_intel::Reach;
use gix::ObjectId;

use crate::{
    git::{Found, History},
    limits::MAX_NAMED,
    pins::{Pin, Pins},
    sighting::{CommitSeen, Sighting, Source, Unseen, Window, clipped},
};

/// A bad release at a path: one line of the answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    path: Arc<str>,
    campaign: usize,
    name: String,
    version: String,
}

/// Turns what each lockfile version pins into sightings with windows.
pub(crate) fn tell(
    repository: &gix::Repository,
    history: &History,
    read: Vec<(ObjectId, Arc<str>, Result<Pins, String>)>,
    shown: &str,
    found: &mut Found,
) {
    let mut bad: HashMap<ObjectId, Vec<Pin>> = HashMap::new();
    let mut named: HashMap<ObjectId, (String, Vec<(usize, String)>)> = HashMap::new();
    for (id, _, pins) in read {
        match pins {
            Ok(Pins::Read(pins)) if pins.is_empty() => {}
            Ok(Pins::Read(pins)) => {
                bad.insert(id, pins);
            }
            Ok(Pins::Unreadable {
                reason, any: true, ..
            })
            | Err(reason) => {
                found.unseen.push(Unseen {
                    place: format!("{shown}, lockfile version {}", short(&id.to_string())),
                    reason,
                    before: None,
                });
            }
            Ok(Pins::Unreadable { named: none, .. }) if none.is_empty() => {}
            Ok(Pins::Unreadable {
                reason, named: names, ..
            }) => {
                named.insert(id, (reason, names));
            }
        }
    }
    if bad.is_empty() && named.is_empty() {
        return;
    }
    let graph = Graph::of(history);
    let mut held: BTreeMap<Held, (HashSet<ObjectId>, u32, Option<String>)> = BTreeMap::new();
    let mut unreadable: BTreeMap<Held, (HashSet<ObjectId>, String)> = BTreeMap::new();
    for (commit, facts) in &history.commits {
        let Some(files) = history.trees.get(&facts.tree) else {
            continue;
        };
        for (path, blob) in files.iter() {
            for pin in bad.get(blob).into_iter().flatten() {
                let key = Held {
                    path: Arc::clone(path),
                    campaign: pin.campaign,
                    name: pin.name.clone(),
                    version: pin.version.clone(),
                };
                held.entry(key)
                    .or_insert_with(|| (HashSet::new(), pin.line, pin.by_digest.clone()))
                    .0
                    .insert(*commit);
            }
            if let Some((reason, names)) = named.get(blob) {
                for (campaign, name) in names {
                    let key = Held {
                        path: Arc::clone(path),
                        campaign: *campaign,
                        name: name.clone(),
                        version: String::new(),
                    };
                    unreadable
                        .entry(key)
                        .or_insert_with(|| (HashSet::new(), reason.clone()))
                        .0
                        .insert(*commit);
                }
            }
        }
    }
    for (key, (commits, line, by_digest)) in held {
        let window = graph.window(repository, history, &commits);
        let mut note = format!(
            "`{}` {} was pinned in {}",
            key.name,
            key.version,
            counted(commits.len())
        );
        if let Some(label) = by_digest {
            note.push_str(&format!("; its digest is that of {label}"));
        }
        found.sightings.push(Sighting {
            campaign: key.campaign,
            release: Some((key.name, key.version)),
            reach: if window.still_on.is_empty() {
                Reach::PinnedBefore
            } else {
                Reach::Pinned
            },
            source: Source::History,
            place: placed(shown, &key.path),
            line: Some(line),
            note,
            at: window.from,
            window: Some(window),
        });
    }
    for (key, (commits, reason)) in unreadable {
        let window = graph.window(repository, history, &commits);
        found.sightings.push(Sighting {
            campaign: key.campaign,
            release: None,
            reach: Reach::Named,
            source: Source::History,
            place: placed(shown, &key.path),
            line: None,
            note: format!(
                "{} of it cannot be read ({reason}) and hold `{}` with the text of a bad version",
                counted(commits.len()),
                key.name
            ),
            at: window.from,
            window: Some(window),
        });
    }
}

/// A path in a repository, as its user would write it.
fn placed(shown: &str, path: &str) -> String {
    if shown == "." {
        path.to_owned()
    } else {
        format!("{shown}:{path}")
    }
}

fn counted(commits: usize) -> String {
    if commits == 1 {
        "1 commit".into()
    } else {
        format!("{commits} commits")
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// The history from parents to children.
struct Graph {
    children: HashMap<ObjectId, Vec<ObjectId>>,
    tips: HashMap<ObjectId, Vec<String>>,
}

impl Graph {
    fn of(history: &History) -> Self {
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        for (id, commit) in &history.commits {
            for parent in &commit.parents {
                children.entry(*parent).or_default().push(*id);
            }
        }
        let mut tips: HashMap<ObjectId, Vec<String>> = HashMap::new();
        for (name, id) in &history.tips {
            // The checked-out branch is told by its own name; a detached head has none.
            let named_too = history.tips.iter().any(|(other, at)| other != "HEAD" && at == id);
            if name != "HEAD" || !named_too {
                tips.entry(*id).or_default().push(name.clone());
            }
        }
        Self { children, tips }
    }

    fn window(&self, repository: &gix::Repository, history: &History, holding: &HashSet<ObjectId>) -> Window {
        let mut introduced = Vec::new();
        let mut removed: HashSet<ObjectId> = HashSet::new();
        let mut still_on: Vec<String> = Vec::new();
        for id in holding {
            let Some(commit) = history.commits.get(id) else {
                continue;
            };
            if !commit.parents.iter().any(|parent| holding.contains(parent)) {
                introduced.push(*id);
            }
            removed.extend(
                self.children
                    .get(id)
                    .into_iter()
                    .flatten()
                    .filter(|child| !holding.contains(*child)),
            );
            still_on.extend(self.tips.get(id).into_iter().flatten().cloned());
        }
        still_on.sort();
        let branches = self.branches_after(&introduced);
        let seen = |ids: Vec<ObjectId>| {
            let mut seen: Vec<CommitSeen> = ids
                .into_iter()
                .filter_map(|id| seen_commit(repository, history, id))
                .collect();
            seen.sort();
            seen
        };
        let (introduced, removed) = (seen(introduced), seen(removed.into_iter().collect()));
        let mut window = Window {
            from: introduced.first().map(|commit| commit.at),
            until: if still_on.is_empty() {
                removed.last().map(|commit| commit.at)
            } else {
                None
            },
            commits: holding.len(),
            introduced,
            removed,
            branches,
            still_on,
        };
        window.introduced.truncate(MAX_NAMED);
        window.removed.truncate(MAX_NAMED);
        window.branches.truncate(MAX_NAMED);
        window.still_on.truncate(MAX_NAMED);
        window
    }

    /// Branches and tags whose history passes through any of these commits.
    fn branches_after(&self, from: &[ObjectId]) -> Vec<String> {
        let mut seen: HashSet<ObjectId> = from.iter().copied().collect();
        let mut queue: Vec<ObjectId> = from.to_vec();
        let mut names = Vec::new();
        while let Some(id) = queue.pop() {
            names.extend(self.tips.get(&id).into_iter().flatten().cloned());
            for child in self.children.get(&id).into_iter().flatten() {
                if seen.insert(*child) {
                    queue.push(*child);
                }
            }
        }
        names.sort();
        names.dedup();
        names
    }
}

fn seen_commit(repository: &gix::Repository, history: &History, id: ObjectId) -> Option<CommitSeen> {
    let at = history.commits.get(&id)?.at;
    let commit = repository.try_find_object(id).ok()??.try_into_commit().ok()?;
    let summary = commit
        .message()
        .map(|message| message.summary().to_string())
        .unwrap_or_default();
    Some(CommitSeen {
        at,
        id: id.to_string(),
        summary: clipped(&summary),
    })
}
