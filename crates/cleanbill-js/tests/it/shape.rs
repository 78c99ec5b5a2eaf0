//! Shapes: what holds when a source is minified by two minifiers, put inside other code, or made to hurt.
use cleanbill_js::{REQUIRED_STACK_BYTES, Shape};
use proptest::prelude::*;

const PLAIN: &str = include_str!("samples/shape/plain.js");
const TERSER: &str = include_str!("samples/shape/terser.js");
const ESBUILD: &str = include_str!("samples/shape/esbuild.js");

/// On a thread with the stack that is asked for.
fn shape(text: &str) -> Option<Shape> {
    let text = text.to_owned();
    std::thread::Builder::new()
        .stack_size(REQUIRED_STACK_BYTES)
        .spawn(move || cleanbill_js::shape(&text, "index.js"))
        .expect("a thread")
        .join()
        .expect("no panic")
}

/// Of the shorter list, how many in a hundred are in the other.
fn share(a: &[u64], b: &[u64]) -> usize {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let shared = small.iter().filter(|hash| large.contains(hash)).count();
    shared * 100 / small.len().max(1)
}

#[test]
fn minified_code_keeps_its_shape() {
    let plain = shape(PLAIN).unwrap();
    for (by, minified) in [("esbuild", ESBUILD), ("terser", TERSER)] {
        let minified = shape(minified).unwrap();
        let (trees, runs) = (
            share(&plain.trees, &minified.trees),
            share(&plain.runs, &minified.runs),
        );
        eprintln!(
            "{by}: {trees} % of {} sub-trees, {runs} % of {} runs",
            plain.trees.len(),
            plain.runs.len()
        );
        assert!(trees >= 75 && runs >= 75, "{by}: {trees} {runs}");
    }
}

#[test]
fn the_same_meaning_in_another_writing_is_the_same_shape() {
    let same = [
        ("if (a) { go(b); }", "a && go(b);"),
        ("if (!a) go(b); else stop(b);", "a ? stop(b) : go(b);"),
        ("x = true; y = undefined;", "x = !0, y = void 0;"),
        (
            "const go = function () { return a ? b : c; };",
            "let f = () => { if (a) return b; else return c; };",
        ),
        ("say(`${a}/${b}`);", "say(a + '/' + b);"),
        ("while (a < b) { go(a['next']); }", "for (; b > a;) go(a.next);"),
        ("const host = 'x.example'; ask(host);", "ask('x.example');"),
        ("if (a === 'CI') go();", "'CI' == a && go();"),
    ];
    for (one, other) in same {
        assert_eq!(told(one), told(other), "{one} and {other}");
    }
    let others = [
        ("go(a.read);", "go(a.write);"),
        ("require('fs');", "require('net');"),
        ("if (a) console.log(b);", "if (a) console.error(b);"),
    ];
    for (one, other) in others {
        assert_ne!(told(one), told(other), "{one} and {other}");
    }
}

/// The shape of a function around `body`, which is large enough to be kept.
fn told(body: &str) -> Shape {
    let text = format!(
        "function outer(a, b, c, go, stop, say, ask) {{ let x, y; alpha.beta(a); {body} return gamma.delta(x, y, a, b, c); }}"
    );
    let shape = shape(&text).expect("a shape");
    assert!(!shape.trees.is_empty(), "{text}");
    // The largest sub-tree is the whole function; its hash covers everything.
    shape
}

#[test]
fn a_payload_inside_other_code_is_found_again() {
    let inside = format!(
        "module.exports = {{ left: function (text, width) {{ while (text.length < width) text = ' ' + text; return text; }} }};\n(function () {{ {TERSER} }})();"
    );
    let (alone, inside) = (shape(TERSER).unwrap(), shape(&inside).unwrap());
    assert!(share(&alone.trees, &inside.trees) >= 90);
    assert!(share(&alone.runs, &inside.runs) >= 90);
}

#[test]
fn what_is_made_to_hurt_ends() {
    let deep = format!("{}1{}", "f(".repeat(11_000), ")".repeat(11_000));
    let chain = format!("x{}", ".a()".repeat(9_000));
    let sum = format!("x = {}1;", "1+".repeat(60_000));
    let branches = format!("{} b;", "if (a) b; else ".repeat(2_000));
    for text in [deep, chain, sum, branches] {
        let _ = shape(&text);
    }
    assert_eq!(shape("this is no code {{{"), None);
}

proptest! {
    #[test]
    fn whatever_is_handed_in_gives_a_shape_or_none(text in ".{0,200}") {
        if let Some(shape) = shape(&text) {
            prop_assert!(shape.trees.is_sorted() && shape.runs.is_sorted());
        }
    }

    #[test]
    fn blanks_and_local_names_change_nothing(name in "[a-z]{9,12}", blanks in "[ \t]{1,5}") {
        let other = PLAIN.replace("found", &name).replace(' ', &blanks);
        // Texts and templates hold no blanks that matter to the shape.
        prop_assert_eq!(shape(PLAIN), shape(&other));
    }
}
