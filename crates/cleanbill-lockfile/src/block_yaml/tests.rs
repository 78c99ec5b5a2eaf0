use proptest::prelude::*;

use super::*;

/// A tree without lines, in one line: keys and values quoted, lists in brackets.
fn shown(node: &Node<'_>) -> String {
    match &node.value {
        Value::Null => "~".to_owned(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|pair| format!("{:?}: {}", pair.key, shown(&pair.node)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

fn all(documents: &[Node<'_>]) -> Vec<String> {
    documents.iter().map(shown).collect()
}

fn quickly(text: &str) -> Result<Vec<Node<'_>>, Stop> {
    quick::read(text, Room(MAX_NODES))
}

fn slowly(text: &str) -> Result<Vec<Node<'_>>, ParseLockfileError> {
    fallback::read(text, Room(MAX_NODES))
}

/// The quick reader takes `text`, makes `wanted` of it, and the slow one agrees.
fn quick(text: &str, wanted: &str) {
    let documents = quickly(text).unwrap_or_else(|stop| panic!("{text:?}: {stop:?}"));
    assert_eq!(all(&documents), [wanted], "{text:?}");
    assert_eq!(
        all(&slowly(text).unwrap()),
        [wanted],
        "the slow reader on {text:?}"
    );
}

/// The quick reader leaves `text` to the slow one.
fn left(text: &str) {
    assert!(matches!(quickly(text), Err(Stop::Outside)), "{text:?} was taken");
}

#[test]
fn what_package_managers_write_is_read_quickly() {
    quick("a: b\n", r#"{"a": "b"}"#);
    quick("a:\n  b: c\n  'd e': \"f\"\n", r#"{"a": {"b": "c", "d e": "f"}}"#);
    quick("a: {}\nb: []\nc:\n", r#"{"a": {}, "b": [], "c": ~}"#);
    quick(
        "a: {b: c, d: 'e, f', g: [h, i]}\n",
        r#"{"a": {"b": "c", "d": "e, f", "g": ["h", "i"]}}"#,
    );
    quick("a:\n  - b\n  - c d\n", r#"{"a": ["b", "c d"]}"#);
    quick("a:\n- b\n- c\nd: e\n", r#"{"a": ["b", "c"], "d": "e"}"#);
    quick(
        "a:\n  - b: c\n    d: e\n  - f: g\n",
        r#"{"a": [{"b": "c", "d": "e"}, {"f": "g"}]}"#,
    );
    quick(
        "# first\n\na: 'b' # last\nc: d # e: f\n\n# end\n",
        r#"{"a": "b", "c": "d"}"#,
    );
    quick(
        "a: it's\nb: 'it''s'\nc: \"say \\\"x\\\" \\\\ \\n\\t\\/\"\n",
        r#"{"a": "it's", "b": "it's", "c": "say \"x\" \\ \n\t/"}"#,
    );
    quick(
        "a: >= 1 || b\n".replace(">= 1", "x >= 1").as_str(),
        r#"{"a": "x >= 1 || b"}"#,
    );
    quick(
        "a@npm:^1: x\nb: https://files.example/a#b\n",
        r#"{"a@npm:^1": "x", "b": "https://files.example/a#b"}"#,
    );
    quick(
        "? \"long key\"\n:\n  a: b\nc: d\n",
        r#"{"long key": {"a": "b"}, "c": "d"}"#,
    );
    quick(
        "a:\n  ? long key\n  : b: c\n    d: e\n  f: g\n",
        r#"{"a": {"long key": {"b": "c", "d": "e"}, "f": "g"}}"#,
    );
    quick("a: b\r\nc:\r\n  d: e\r\n", r#"{"a": "b", "c": {"d": "e"}}"#);
    quick("a: b", r#"{"a": "b"}"#);
}

#[test]
fn block_scalars_keep_or_fold_their_lines() {
    quick(
        "a: |-\n  one\n  # two\n\n  three\nb: c\n",
        r##"{"a": "one\n# two\n\nthree", "b": "c"}"##,
    );
    quick(
        "a:\n  b: |\n    one\n     two\n  c: d\n",
        r#"{"a": {"b": "one\n two\n", "c": "d"}}"#,
    );
    quick(
        "a: >-\n  one\n  two\n\n  three\nb: c\n",
        r#"{"a": "one two\nthree", "b": "c"}"#,
    );
    quick("a: >\n  one\n\nb: c\n", r#"{"a": "one\n", "b": "c"}"#);
}

#[test]
fn documents_are_told_apart() {
    let text = "---\na: b\n---\n---\nc: d\n";
    let wanted = [r#"{"a": "b"}"#, "~", r#"{"c": "d"}"#];
    assert_eq!(all(&quickly(text).unwrap()), wanted);
    assert_eq!(all(&slowly(text).unwrap()), wanted);
    for empty in ["", "# nothing\n", "\n\n"] {
        quick(empty, "~");
    }
}

#[test]
fn anything_else_is_left_to_the_slow_reader() {
    for text in [
        "a: &x b\n",
        "a: *x\n",
        "a: !!str b\n",
        "%YAML 1.2\n---\na: b\n",
        "a: b\n...\n",
        "a:\tb\n",
        "a: b\n  c\n",
        "a: 'b\n  c'\n",
        "a: \"\\x41\"\n",
        "a: {b: c,\n  d: e}\n",
        "a: |2-\n   b\n",
        "a: |+\n  b\n",
        "a: b: c\n",
        "a: b:\n",
        "- a\nb: c\n",
        "a: b\n c: d\n",
        "a\u{85}b: c\n",
        "a: \u{feff}b\n",
        "a: b\rc: d\n",
        "{a: b}: c\n",
        "a: [b, c\n",
        "a: b\u{0}\n",
        "a: @b\n",
        "a: {b:c?}\n",
        "a: {b: c,:d: e}\n",
        "--- a\n",
        "-\n",
    ] {
        left(text);
    }
    left(&format!("{}: a\n", "k".repeat(1025)));
}

#[test]
fn every_key_knows_its_line() {
    let text = "# c\na: b\n\nc:\n  d: {e: f}\n  ? g\n  : h: i\n";
    let lines = |documents: &[Node<'_>]| {
        let mut found = Vec::new();
        fn walk(node: &Node<'_>, found: &mut Vec<(String, u32)>) {
            for pair in node.pairs() {
                found.push((pair.key.to_string(), pair.line));
                walk(&pair.node, found);
            }
        }
        documents.iter().for_each(|document| walk(document, &mut found));
        found
    };
    let quick = lines(&quickly(text).unwrap());
    let wanted = [("a", 2), ("c", 4), ("d", 5), ("e", 5), ("g", 6), ("h", 7)]
        .map(|(key, line)| (key.to_owned(), line));
    assert_eq!(quick, wanted);
    let slow = lines(&slowly("a: &x b\n\nc:\n  'd': e\n  f: \"\\x41\"\n").unwrap());
    assert_eq!(
        slow,
        [("a", 1), ("c", 3), ("d", 4), ("f", 5)].map(|(key, line)| (key.to_owned(), line))
    );
}

#[test]
fn versions_keep_their_text_in_both_readers() {
    let text = "lockfileVersion: 5.4\nother: 9.0\n";
    assert_eq!(all(&quickly(text).unwrap()), all(&slowly(text).unwrap()));
}

#[test]
fn an_alias_bomb_is_refused_before_it_is_read() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (new, old) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        let repeats = vec![format!("*{old}"); 9].join(", ");
        text.push_str(&format!("{new}: &{new} [{repeats}]\n"));
    }
    assert!(matches!(
        read(&text),
        Err(ParseLockfileError::Malformed { line: 2, .. })
    ));
    assert!(matches!(
        read("a: &a {<<: *a}\n"),
        Err(ParseLockfileError::Malformed { .. })
    ));
    assert!(matches!(
        read("&a a: 1\n*a : 2\n"),
        Err(ParseLockfileError::Malformed { .. })
    ));
}

#[test]
fn nesting_is_bounded_in_every_style() {
    let deep = 100_000;
    let limit = |text: &str| {
        assert!(
            matches!(
                read(text),
                Err(ParseLockfileError::Limit {
                    limit: "MAX_DEPTH",
                    ..
                })
            ),
            "{:.20}",
            text
        )
    };
    limit(&format!("a: {}\n", "[".repeat(deep)));
    limit(&format!("a: {}\n", "{a: ".repeat(deep)));
    limit(&format!("\ta: {}\n", "[".repeat(deep)));
    limit(&format!("{}a\n", "- ".repeat(deep)));
    limit(&format!("a: \"\\x41\"\nb:\n  {}a\n", "- ".repeat(deep)));
    let stairs: String = (0..300).map(|step| format!("{}a:\n", " ".repeat(step))).collect();
    limit(&stairs);
}

#[test]
fn more_nodes_than_are_kept_are_refused() {
    let text = "a: [b, c]\nd:\n  - e: f\n";
    assert!(quick::read(text, Room(7)).is_ok());
    assert!(matches!(quick::read(text, Room(6)), Err(Stop::Many)));
    assert!(fallback::read(text, Room(7)).is_ok());
    assert_eq!(fallback::read(text, Room(6)).unwrap_err(), too_many_nodes());
    let slow = format!(
        "a: \"\\x41\"\n{}",
        "#\n".repeat(crate::limits::MAX_GENERAL_YAML_BYTES / 2)
    );
    assert!(matches!(
        read(&slow),
        Err(ParseLockfileError::Limit {
            limit: "MAX_GENERAL_YAML_BYTES",
            ..
        })
    ));
}

#[test]
fn many_documents_are_refused() {
    let limit = Err(too_many_documents());
    assert_eq!(read(&"---\na: b\n".repeat(100)).map(|_| ()), limit);
    assert_eq!(read(&"---\na: \"\\x41\"\n".repeat(100)).map(|_| ()), limit);
}

#[test]
fn keys_that_stand_twice_are_found_at_any_depth() {
    let mut text = "a: 1\nb:\n  c: 1\n  c: 2\na: 2\nd:\n".to_owned();
    (0..20).for_each(|key| text.push_str(&format!("  k{}: 1\n", key % 19)));
    for documents in [quickly(&text).unwrap(), slowly(&text).unwrap()] {
        let mut found = Vec::new();
        documents[0].each_duplicate(&mut |pair| found.push((pair.key.to_string(), pair.line)));
        assert_eq!(
            found,
            [("a".to_owned(), 5), ("c".to_owned(), 4), ("k0".to_owned(), 26)]
        );
        assert_eq!(documents[0].get("a").and_then(Node::text), Some("1"));
    }
}

#[test]
fn what_is_no_yaml_is_refused_with_its_place() {
    for text in ["a: [b\n", "a: 'b\n", "a: b: c\n", "{", "a: }\n", "a: !t b\n"] {
        match read(text) {
            Err(ParseLockfileError::Malformed { line, column, reason }) => {
                assert!(line >= 1 && column >= 1 && !reason.is_empty())
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

#[test]
fn keys_that_are_nowhere_to_be_found_cost_no_quadratic_search() {
    let text: String = (0..30_000).map(|key| format!("\"\\x6b{key}\": 1\n")).collect();
    assert_eq!(slowly(&text).unwrap()[0].pairs().len(), 30_000);
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z@/.^~_-]{1,6}|[ -~]{0,8}|[a-z]{1,3}: [a-z]{1,3}|é{1,3}|'[a-z' ]{0,4}'|\"[a-z ]{0,4}\""
}

fn tree() -> impl Strategy<Value = String> {
    let leaf = word();
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec((word(), inner.clone()), 1..4).prop_map(|pairs| {
                pairs
                    .into_iter()
                    .map(|(key, value)| {
                        if value.contains('\n') {
                            format!("{key}:\n  {}\n", value.trim_end().replace('\n', "\n  "))
                        } else {
                            format!("{key}: {value}\n")
                        }
                    })
                    .collect()
            }),
            prop::collection::vec(inner, 1..4).prop_map(|items| {
                items
                    .into_iter()
                    .map(|item| format!("- {}\n", item.trim_end().replace('\n', "\n  ")))
                    .collect()
            }),
        ]
    })
}

/// Scalars that `yaml_serde` reads as numbers lose their spelling there; they differ by design.
fn same_but_numbers(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (&one.value, &other.value) {
        (Value::Text(one), Value::Text(other)) => {
            let spelling = |text: &str| {
                text.bytes().any(|byte| byte.is_ascii_digit())
                    || matches!(
                        &*text.to_lowercase(),
                        "true" | "false" | ".inf" | "-.inf" | "+.inf" | ".nan"
                    )
            };
            one == other || spelling(one)
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.key == other.key && same_but_numbers(&one.node, &other.node))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_but_numbers(one, other))
        }
        (one, other) => one == other,
    }
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    let Ok(quick) = quickly(text) else { return Ok(()) };
    let slow = slowly(text);
    let slow = slow.map_err(|error| {
        TestCaseError::fail(format!(
            "{text:?} is refused by the slow reader: {error}, read as {:?}",
            all(&quick)
        ))
    })?;
    let same = quick.len() == slow.len()
        && quick
            .iter()
            .zip(&slow)
            .all(|(one, other)| same_but_numbers(one, other));
    prop_assert!(same, "{text:?}\nquick {:?}\nslow  {:?}", all(&quick), all(&slow));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn both_readers_agree_on_trees(text in tree()) {
        agree(&text)?;
    }

    #[test]
    fn both_readers_agree_on_noise(lines in prop::collection::vec("( {0,4}(- |\\? |: )?[a-c'\"{}\\[\\],:#&*!|>@-]{0,6}(: |:)?[a-c'\"{}\\[\\], :#|>-]{0,8})", 0..6)) {
        agree(&(lines.join("\n") + "\n"))?;
    }

    #[test]
    fn both_readers_agree_on_a_damaged_file(at in 0..SAMPLE.len(), byte in "[ -~\n]") {
        let mut text = SAMPLE.to_owned();
        text.replace_range(at..=at, &byte);
        agree(&text)?;
        agree(SAMPLE.get(..at).unwrap_or_default())?;
    }

    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,40}|[ \\n\\t:a'\"{}\\[\\]&*-]{0,60}") {
        let _ = read(&text);
    }
}

const SAMPLE: &str = "---
lockfileVersion: '9.0'

# notes
importers:

  .:
    dependencies:
      '@s/a':
        specifier: ^1.0.0
        version: 1.0.0(b@2.0.0)

packages:

  '@s/a@1.0.0':
    resolution: {integrity: sha512-AAAA==, tarball: https://files.example/a.tgz}
    engines: {node: '>= 0.8', npm: 1.2.8000 || >= 1.4.16}
    cpu: [x64, arm64]
    deprecated: |-
      one
      two
    peerDependencies:
      b: '*'

snapshots:

  ? '@s/a@1.0.0(b@2.0.0)'
  : dependencies:
      b: 2.0.0
    transitivePeerDependencies:
      - supports-color
  b@2.0.0: {}
---
empty:
";

/// Lines of every key on its own line.
fn key_lines(node: &Node<'_>, found: &mut Vec<(String, u32)>) {
    for pair in node.pairs() {
        found.push((pair.key.to_string(), pair.line));
        key_lines(&pair.node, found);
    }
}

#[test]
fn real_lockfiles_are_read_quickly_and_alike() {
    for (name, text) in [
        (
            "pnpm 8",
            include_str!("../../fixtures/real/mid/pnpm-8/pnpm-lock.yaml"),
        ),
        (
            "pnpm 12",
            include_str!("../../fixtures/real/mid/pnpm-latest/pnpm-lock.yaml"),
        ),
        (
            "yarn 4",
            include_str!("../../fixtures/real/mid/yarn-berry/yarn.lock"),
        ),
        (
            "pnpm 5",
            include_str!("../../fixtures/pnpm-lock/version-5.4.yaml"),
        ),
        (
            "pnpm 9, two documents",
            include_str!("../../fixtures/pnpm-lock/version-9.0.yaml"),
        ),
        (
            "yarn 3",
            include_str!("../../fixtures/yarn-berry/workspaces.lock"),
        ),
    ] {
        let quick = quickly(text).unwrap_or_else(|stop| panic!("{name}: {stop:?}"));
        let slow = slowly(text).unwrap();
        assert_eq!(quick.len(), slow.len(), "{name}");
        for (quick, slow) in quick.iter().zip(&slow) {
            assert!(same_but_numbers(quick, slow), "{name}");
            let (mut one, mut other) = (Vec::new(), Vec::new());
            key_lines(quick, &mut one);
            key_lines(slow, &mut other);
            let differing = one.iter().zip(&other).find(|(one, other)| one != other);
            assert_eq!(differing, None, "{name}");
        }
    }
}
