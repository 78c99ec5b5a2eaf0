//! Hostile packages: endless, deep, huge, tampering. Each must end with a reason, and none may reach anything of ours.
//! The wall clock is not measured here; every bound is one of counts.

mod common;

use cleanbill_rehearsal::{Action, Budget};
use common::{hook, linux, printed, with_budget};
use proptest::prelude::*;

fn small() -> Budget {
    Budget {
        instructions: 300_000,
        loop_turns: 100_000,
        ..Budget::default()
    }
}

fn stopped(source: &str, reason: &str) {
    let trace = with_budget(&hook(source), small());
    assert!(
        trace.stops.iter().any(|stop| stop.reason == reason),
        "{source}: {:?} {}",
        trace.stops,
        printed(&trace)
    );
}

#[test]
fn what_never_ends_is_ended_with_a_reason() {
    stopped("for (;;) {}", "loop-turns");
    stopped("try { for (;;) {} } catch (e) {} for (;;) {}", "loop-turns");
    stopped(
        "function f() { for (let i = 0; i < 50000; i++); f(); } f();",
        "instructions",
    );
    stopped("function f() { return f() + 1; } f();", "recursion");
    let jobs = with_budget(
        &hook("const next = () => Promise.resolve().then(next); next();"),
        Budget {
            jobs: 2_000,
            ..small()
        },
    );
    assert_eq!(jobs.stops[0].reason, "jobs");
    stopped(
        "for (const x of (function* () { for (;;) yield 1; })()) ;",
        "instructions",
    );
    stopped("const f = () => setTimeout(f, 1000); f();", "timers");
    stopped(
        "setTimeout(() => {}, 2 ** 30); setTimeout(() => setTimeout(() => {}, 2 ** 30), 2 ** 30)",
        "virtual-time",
    );
    let many = with_budget(
        &hook(
            "for (let i = 0; i < 9000; i++) { console.log(i); require('fs').writeFileSync('/tmp/' + i, ''); }",
        ),
        Budget {
            events: 300,
            ..Budget::default()
        },
    );
    assert_eq!(
        (many.stops[0].reason.as_str(), many.events.len()),
        ("events", 300)
    );
    stopped("eval('['.repeat(100000))", "generated-source-too-deep");
    stopped("require('child_process').execSync('node setup.js')", "children");
}

#[test]
fn a_source_too_deep_for_a_parser_is_refused() {
    stopped(&format!("x = {}", "(".repeat(200_000)), "source-too-deep");
}

#[test]
fn waiting_for_the_clock_in_a_loop_ends() {
    let trace = linux(&hook(
        "const t = Date.now(); while (Date.now() - t < 60000) {} console.log('awake')",
    ));
    assert!(printed(&trace).contains("awake"), "{:?}", trace.stops);
}

#[test]
fn tampering_with_prototypes_does_not_blind_the_stage() {
    let trace = linux(&hook(
        "Array.prototype.push = Array.prototype.join = Array.prototype.map = () => { throw 1; };\n\
         Object.keys = Object.entries = () => []; JSON.stringify = () => ''; String.prototype.slice = () => '';\n\
         Reflect.apply = () => {}; Function.prototype.call = Function.prototype.apply = () => {};\n\
         require('child_process').execSync('curl https://collect.example/x');\n\
         require('fs').writeFileSync('/tmp/left', 'x');",
    ));
    assert!(
        trace
            .events
            .iter()
            .any(|event| matches!(event.action, Action::Request { .. })),
        "{:#?}",
        trace.events
    );
    assert!(
        trace
            .events
            .iter()
            .any(|event| matches!(&event.action, Action::FileWritten { path, .. } if path == "/tmp/left"))
    );
}

#[test]
fn fakes_look_native() {
    let trace = linux(&hook(
        "console.log(String(require('fs').readFileSync), String(setTimeout), String(require), Function.prototype.toString.toString())",
    ));
    assert_eq!(
        printed(&trace).matches("[native code]").count(),
        4,
        "{}",
        printed(&trace)
    );
}

#[test]
fn nothing_of_the_host_is_within_reach() {
    let trace = linux(&hook(
        "const found = [];\n\
         for (const name of Object.getOwnPropertyNames(globalThis)) if (/^(H|M|W|machine|emit)$/.test(name)) found.push(name);\n\
         const fs = require('fs');\n\
         for (const path of ['/proc/self/environ', '/proc/self/maps', '/root/.bashrc', '/etc/shadow', process.execPath, '/usr/lib'])\n\
           if (fs.existsSync(path)) found.push(path);\n\
         const escape = (() => {}).constructor.constructor('return this')();\n\
         if (escape !== globalThis) found.push('realm');\n\
         try { found.push(new Error().stack.match(/\\/(home|root)[^\\n]*rehearsal/)?.[0]); } catch {}\n\
         console.log('found', JSON.stringify(found.filter(Boolean)), process.pid, require('os').hostname());",
    ));
    assert!(
        printed(&trace).contains("found [] 4712 kestrel-ws41"),
        "{}",
        printed(&trace)
    );
}

fn fragment() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "require('fs')",
        "process",
        ".env",
        ".exit()",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "=>",
        "await ",
        "async ",
        "function f",
        "new ",
        "Buffer.from('a','hex')",
        "eval",
        "`${",
        "`",
        "import('x')",
        "import ",
        "export ",
        "class A ",
        "...",
        "?.",
        "1n",
        "/a+/",
        ";",
        "\n",
        "Proxy",
        "Symbol.iterator",
        "fetch('https://x.example')",
        "setTimeout(",
        "child_process",
        "'",
        "\"",
        "\\u{",
        "0x",
        "=",
        "throw ",
        "try{",
        "}catch{",
        "yield ",
        "delete ",
        "this",
        "null",
        ".constructor",
        ".call",
        "require('stream').pipeline",
        "module.exports",
        "JSON.parse(",
        "new Array(1e3)",
        "label:",
        "with(",
        "@",
        "#",
        "\u{fe0f}",
        "require('./setup.js')",
        "require('crypto').createHash('md5')",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_harness_panic(source in fragment()) {
        let trace = with_budget(&hook(&source), small());
        prop_assert!(!trace.events.is_empty());
    }

    #[test]
    fn no_shell_text_makes_the_harness_panic(line in "[a-z$(){}|&;<>`'\"% ~/=.-]{0,40}") {
        let input = common::package(
            &serde_json::json!({ "scripts": { "postinstall": line } }).to_string(), &[]);
        let _ = with_budget(&input, small());
    }
}

#[test]
fn huge_strings_and_arrays_are_refused_as_an_engine_refuses_them() {
    for source in [
        "'x'.repeat(2 ** 29)",
        "'ab'.padEnd(2 ** 30)",
        "'x'.padStart(2 ** 40, 'y')",
        "new Array(2 ** 33)",
        "new ArrayBuffer(2 ** 40)",
        "Buffer.alloc(2 ** 34)",
    ] {
        let trace = with_budget(&hook(&format!("{source}; console.log('made');")), small());
        let said = printed(&trace);
        assert!(
            !said.contains("made") && said.contains("Invalid") || said.contains("RangeError"),
            "{source}: {said} {:?}",
            trace.stops
        );
    }
}

#[test]
fn traps_that_never_come_back_are_ended() {
    stopped(
        "const p = new Proxy({}, { get() { for (;;) {} } }); p.anything",
        "loop-turns",
    );
    stopped("class A { get x() { return new A().x; } } new A().x", "recursion");
    stopped(
        "const list = [3, 2, 1]; list.sort(() => { for (;;) {} })",
        "loop-turns",
    );
    stopped(
        "(async () => { for await (const x of (async function* () { for (;;) yield 1; })()) ; })()",
        "instructions",
    );
    stopped("JSON.stringify({ toJSON() { for (;;) {} } })", "loop-turns");
}

#[test]
fn constructors_lead_to_nothing_but_the_stage() {
    let trace = linux(&hook(
        "const ways = [\n\
         () => (function () {}).constructor('return this')().process.mainModule.require('fs').readFileSync('/proc/version', 'utf8'),\n\
         () => require('fs').constructor.constructor('return process')().version,\n\
         () => process.binding('fs').readFileSync('/etc/passwd', 'utf8'),\n\
         () => new (class extends Function { })('return typeof Deno')(),\n\
         () => require('vm').runInNewContext('this.constructor.constructor(\"return process\")()').platform,\n\
         () => Reflect.construct(Function, ['return 1'], Array)(),\n\
         ];\n\
         for (const way of ways) { try { console.log(String(way())); } catch (error) { console.log('threw ' + error.message); } }",
    ));
    let said = printed(&trace);
    let version = std::fs::read_to_string("/proc/version").unwrap_or_else(|_| "none".to_owned());
    assert!(!said.contains(version.trim()), "{said}");
    assert!(said.contains("6.1.0-18-amd64"), "{said}");
    assert!(
        said.lines().filter(|line| !line.is_empty()).count() >= 6,
        "{said}"
    );
}
