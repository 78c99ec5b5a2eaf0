//! The fields of two manifests that say which files are loaded and where a package may be installed, compared as npm
//! means them and not as they are spelt. It knows two manifests, and not which of them to believe.
use std::collections::BTreeSet;

use cleanbill_facts::{BundledNames, Release};
use serde_json::{Map, Value, json};

/// Longest value shown of one side, in characters.
const MAX_SHOWN: usize = 300;
/// Deepest nesting compared; real `exports` have four levels.
const MAX_DEPTH: u32 = 12;

/// A field, what the registry says, what the tarball says.
pub(crate) type Difference = (String, String, String);

/// Every field in which the two mean different things. What the registry does not send is not compared: mirrors and
/// short documents leave fields out.
pub(crate) fn differences(release: &Release, inside: &Map<String, Value>, native: bool) -> Vec<Difference> {
    let mut found = Vec::new();
    for (field, sent) in &release.shape {
        let Ok(theirs) = serde_json::from_str::<Value>(sent) else {
            continue;
        };
        let ours = inside.get(*field).cloned().unwrap_or(Value::Null);
        let (theirs, ours) = (meant(field, &theirs), meant(field, &ours));
        if theirs != ours && comparable(field, &theirs, &ours) {
            found.push(((*field).to_owned(), shown(&theirs), shown(&ours)));
        }
    }
    found.extend(bundled(release, inside));
    // Publishing sets the mark where it sees a `binding.gyp`; without one nobody but the registry knows of a build.
    let ours = inside.get("gypfile").and_then(Value::as_bool);
    if release.gypfile.get() == Some(&true) && (ours == Some(false) || (ours.is_none() && !native)) {
        let said = ours.map_or("nothing", |_| "false");
        found.push(("gypfile".to_owned(), "true".to_owned(), said.to_owned()));
    }
    found
}

/// The value as npm takes it.
fn meant(field: &str, value: &Value) -> Value {
    match (field, value) {
        ("main" | "module", Value::String(path)) => json!(entry(path)),
        // An empty entry point is none, and none is the index file.
        ("main", Value::Null | Value::Bool(_)) => json!("index"),
        ("os" | "cpu", Value::String(one)) => json!([one]),
        ("os" | "cpu", Value::Array(list)) => {
            let words: BTreeSet<&str> = list.iter().filter_map(Value::as_str).collect();
            json!(words)
        }
        ("exports", Value::String(_) | Value::Array(_)) => json!({".": plain(value, 0)}),
        ("exports", Value::Object(map)) if !map.is_empty() && map.keys().all(|key| !key.starts_with('.')) => {
            json!({".": plain(value, 0)})
        }
        ("engines", Value::Object(map)) => map
            .iter()
            .filter_map(|(name, range)| {
                let words: Vec<&str> = range.as_str()?.split_whitespace().collect();
                Some((name.clone(), json!(words.join(" "))))
            })
            .collect::<Map<_, _>>()
            .into(),
        _ => plain(value, 0),
    }
}

/// A file to load: `./lib/`, `lib/index` and `lib/index.js` are one.
fn entry(path: &str) -> String {
    let path = path.trim().trim_start_matches("./").trim_start_matches('/');
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".js").unwrap_or(path);
    let path = path.strip_suffix("/index").unwrap_or(path);
    if path.is_empty() || path == "." {
        "index".to_owned()
    } else {
        path.to_owned()
    }
}

/// Paths without their mark of being relative; nothing and `false` stay apart.
fn plain(value: &Value, depth: u32) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    match value {
        Value::String(path) => json!(path.strip_prefix("./").unwrap_or(path)),
        Value::Array(list) => list.iter().map(|one| plain(one, depth + 1)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let key = key.strip_prefix("./").unwrap_or(key);
                (key.to_owned(), plain(value, depth + 1))
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Values of kinds that mean nothing to npm are no claim worth comparing; old publishers wrote lists of engines.
fn comparable(field: &str, theirs: &Value, ours: &Value) -> bool {
    let told = |value: &Value| match field {
        "main" | "module" => value.is_string(),
        "os" | "cpu" => value.is_array(),
        "engines" => value.is_object(),
        _ => value.is_object() || value.is_string(),
    };
    told(theirs) && (told(ours) || ours.is_null())
}

/// Names the tarball is said to bring along.
fn bundled(release: &Release, inside: &Map<String, Value>) -> Option<Difference> {
    let theirs = match release.bundled.get()? {
        BundledNames::Names(names) => names.iter().map(String::as_str).collect::<BTreeSet<&str>>(),
        // `true` is written out by whoever publishes; `false` is nothing.
        BundledNames::All(_) => return None,
    };
    let list = ["bundleDependencies", "bundledDependencies"]
        .into_iter()
        .find_map(|field| inside.get(field).filter(|value| !value.is_null()));
    let ours: BTreeSet<&str> = match list {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::Object(map)) => map.keys().map(String::as_str).collect(),
        Some(Value::Bool(true)) => return None,
        _ => BTreeSet::new(),
    };
    let said = |names: &BTreeSet<&str>| {
        let all = names.iter().copied().collect::<Vec<_>>().join(", ");
        if all.is_empty() {
            "nothing".to_owned()
        } else {
            cut(all)
        }
    };
    (theirs != ours).then(|| ("bundleDependencies".to_owned(), said(&theirs), said(&ours)))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => cut(text.clone()),
        other => cut(other.to_string()),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(field: &str, a: &Value, b: &Value) -> bool {
        let (a, b) = (meant(field, a), meant(field, b));
        a == b || !comparable(field, &a, &b)
    }

    #[test]
    fn spellings_of_one_meaning_are_the_same() {
        for (field, a, b) in [
            ("main", json!("./lib/index.js"), json!("lib/")),
            ("main", json!("index.js"), json!(null)),
            ("main", json!(""), json!("./")),
            ("module", json!("./esm/a.mjs"), json!("esm/a.mjs")),
            ("os", json!("linux"), json!(["linux"])),
            ("cpu", json!(["x64", "arm64"]), json!(["arm64", "x64"])),
            ("exports", json!("./a.js"), json!({".": "./a.js"})),
            (
                "exports",
                json!({"import": "./a.mjs"}),
                json!({".": {"import": "a.mjs"}}),
            ),
            ("browser", json!({"./a.js": "./b.js"}), json!({"a.js": "b.js"})),
            (
                "engines",
                json!({"node": ">=18  <21"}),
                json!({"node": ">=18 <21"}),
            ),
            ("engines", json!(["node >= 0.4"]), json!({"node": ">=0.4"})),
        ] {
            assert!(same(field, &a, &b), "{field}: {a} and {b}");
        }
    }

    #[test]
    fn other_files_and_other_machines_are_not_the_same() {
        for (field, a, b) in [
            ("main", json!("lib/index.js"), json!("lib/run.js")),
            ("main", json!("lib/index.js"), json!(null)),
            ("exports", json!({".": "./a.js"}), json!({".": "./b.js"})),
            ("exports", json!({".": "./a.js"}), json!(null)),
            ("browser", json!({"fs": false}), json!({"fs": "./fs.js"})),
            ("os", json!(["linux"]), json!(["!linux"])),
            ("engines", json!({"node": ">=18"}), json!({"node": ">=20"})),
        ] {
            assert!(!same(field, &a, &b), "{field}: {a} and {b}");
        }
    }

    #[test]
    fn deep_and_odd_values_come_to_an_end() {
        let deep = (0..60).fold(json!("./a.js"), |inner, _| json!({"node": inner}));
        assert!(same("exports", &deep, &deep));
        for odd in [json!(1), json!([[]]), json!({"": {"": 1}}), json!(true)] {
            for field in ["main", "exports", "os", "engines", "browser"] {
                let _ = same(field, &odd, &json!("x"));
            }
        }
    }
}
