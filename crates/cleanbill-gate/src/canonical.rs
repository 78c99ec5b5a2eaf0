//! Lockfiles behind a gate: tarball addresses led to it for clients that fetch them as they stand, and its
//! address taken out again, as a lockfile is shared with people who have another gate or none.
//! It changes addresses and nothing else.
use std::collections::{BTreeMap, btree_map::Entry};

use cleanbill_model::PackageName;

use crate::names::{Asked, asked};

/// `text` with every address below `gate` (no slash at its end) replaced by what `original` gives for the
/// tarball it names; `None` when there is none to replace. An address that `original` does not know keeps
/// its path below `base`.
pub fn restore(
    text: &str,
    gate: &str,
    base: &str,
    original: &dyn Fn(&PackageName, &str) -> Option<String>,
) -> Option<String> {
    if !text.contains(gate) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(gate) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let path = from.get(gate.len()..).unwrap_or_default();
        let end = path
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '#' | ',' | '}' | ')' | ']'))
            .unwrap_or(path.len());
        let (path, after) = path.split_at(end);
        let known = match asked(path) {
            Asked::Tarball(name, file) => original(&name, &file),
            _ => None,
        };
        match known {
            Some(url) => out.push_str(&url),
            None => {
                out.push_str(base.trim_end_matches('/'));
                out.push_str(path);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// What stood in a lockfile before an address was led to the gate, by what it names.
pub type Originals = BTreeMap<(PackageName, String), String>;

/// `text` with every address of a registry's tarball led to the gate, and what stood there. The gate judges
/// what is fetched and the lockfile's own digests hold for it, so that it does not matter whose host it was.
/// Two addresses for one file are both left as they are: only one could be put back.
#[must_use]
pub fn redirect(text: &str, gate: &str) -> (String, Originals) {
    let mut originals = Originals::new();
    let mut doubtful = Vec::new();
    for (_, url) in addresses(text) {
        if let Some(key) = tarball_of(url).filter(|_| !url.starts_with(gate)) {
            match originals.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(url.to_owned());
                }
                Entry::Occupied(place) if place.get() != url => doubtful.push(place.key().clone()),
                Entry::Occupied(_) => {}
            }
        }
    }
    for key in doubtful {
        originals.remove(&key);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, url) in addresses(text) {
        let Some((name, file)) = tarball_of(url) else {
            continue;
        };
        let key = (name, file);
        if originals.get(&key).is_some_and(|original| original == url) {
            out.push_str(text.get(done..at).unwrap_or_default());
            out.push_str(&format!("{gate}/{}/-/{}", key.0, key.1));
            done = at + url.len();
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    (out, originals)
}

/// Web addresses in a text with where they begin, without their fragments.
fn addresses(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.match_indices("http").map(|(at, _)| at);
    starts.filter_map(|at| {
        let rest = text.get(at..)?;
        let is_web = rest.starts_with("https://") || rest.starts_with("http://");
        // Behind a plus it is another protocol's address.
        if !is_web || text.get(..at).is_some_and(|before| before.ends_with('+')) {
            return None;
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '#' | ',' | '}' | ')' | ']'));
        Some((at, rest.get(..end.unwrap_or(rest.len()))?))
    })
}

/// The package and the file of a registry's tarball address; `None` for any other.
fn tarball_of(url: &str) -> Option<(PackageName, String)> {
    let (_, rest) = url.split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    let (before, file) = path.rsplit_once("/-/")?;
    let mut segments = before.rsplit('/');
    let last = segments.next()?;
    let name = match segments.next() {
        Some(scope) if scope.starts_with('@') => format!("{scope}/{last}"),
        _ => last.to_owned(),
    };
    match asked(&format!("/{name}/-/{file}")) {
        Asked::Tarball(name, file) if file.ends_with(".tgz") => Some((name, file)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_tarballs_are_led_to_the_gate_and_put_back_as_they_stood() {
        let text = "# yarn lockfile v1\n\nleft@^1:\n  resolved \"https://mirror.example/npm/left/-/left-1.0.0.tgz#da39\"\n\
            \n\"@acme/a@1\":\n  resolved \"https://registry.example/@acme/a/-/a-1.0.0.tgz#aa\"\n\
            \ngit:\n  resolved \"git+https://code.example/x/-/x.git#aa\"\n  resolved \"https://code.example/x/archive/1.tgz\"\n";
        let gate = "http://127.0.0.1:4000";
        let (led, originals) = redirect(text, gate);
        assert!(
            led.contains("\"http://127.0.0.1:4000/left/-/left-1.0.0.tgz#da39\""),
            "{led}"
        );
        assert!(
            led.contains("\"http://127.0.0.1:4000/@acme/a/-/a-1.0.0.tgz#aa\""),
            "{led}"
        );
        assert!(
            led.contains("https://code.example/x/archive/1.tgz")
                && led.contains("git+https://code.example/x/-/x.git")
        );
        let back = restore(&led, gate, "https://other.example/", &|name, file| {
            originals.get(&(name.clone(), file.to_owned())).cloned()
        });
        assert_eq!(back.as_deref(), Some(text));
    }

    #[test]
    fn two_addresses_for_one_file_stay() {
        let text = "https://one.example/left/-/left-1.0.0.tgz https://two.example/left/-/left-1.0.0.tgz";
        let (led, originals) = redirect(text, "http://127.0.0.1:4000");
        assert_eq!((led.as_str(), originals.len()), (text, 0));
    }

    #[test]
    fn the_gates_address_leaves_no_trace_and_nothing_else_changes() {
        let text = "{\"resolved\": \"http://127.0.0.1:4000/left/-/left-1.0.0.tgz\", \"x\": \"http://127.0.0.1:4000/@acme/a/-/a-1.0.0.tgz\"}\n";
        let original = |name: &PackageName, file: &str| {
            (name.as_str() == "left").then(|| format!("https://registry.example/left/-/{file}"))
        };
        let restored = restore(
            text,
            "http://127.0.0.1:4000",
            "https://registry.example/",
            &original,
        )
        .unwrap();
        assert_eq!(
            restored,
            "{\"resolved\": \"https://registry.example/left/-/left-1.0.0.tgz\", \"x\": \"https://registry.example/@acme/a/-/a-1.0.0.tgz\"}\n"
        );
        assert!(restore(&restored, "http://127.0.0.1:4000", "", &original).is_none());
    }

    #[test]
    fn yarn_classics_fragment_stays() {
        let text = "  resolved \"http://127.0.0.1:4000/left/-/left-1.0.0.tgz#da39\"\n";
        let restored = restore(
            text,
            "http://127.0.0.1:4000",
            "https://registry.example",
            &|_, _| None,
        )
        .unwrap();
        assert_eq!(
            restored,
            "  resolved \"https://registry.example/left/-/left-1.0.0.tgz#da39\"\n"
        );
    }

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_a_lockfile_holds_comes_back_as_it_was(
            pieces in prop::collection::vec(
                prop_oneof![
                    any::<String>(),
                    Just("https://registry.example/left/-/left-1.0.0.tgz".to_owned()),
                    Just("http://mirror.example/a/b/left/-/left-1.0.0.tgz#aa\"".to_owned()),
                    Just(" https://registry.example/@acme/a/-/a-2.0.0.tgz,".to_owned()),
                    Just("https://registry.example/%40acme/a/-/a-2.0.0.tgz".to_owned()),
                    Just("http://h/-/-/-.tgz".to_owned()),
                ],
                0..12,
            )
        ) {
            let text = pieces.concat();
            let gate = "http://127.0.0.1:4000";
            prop_assume!(!text.contains(gate));
            let (led, originals) = redirect(&text, gate);
            let back = restore(&led, gate, "https://registry.example/", &|name, file| {
                originals.get(&(name.clone(), file.to_owned())).cloned()
            });
            prop_assert_eq!(back.unwrap_or(led), text);
        }
    }
}
