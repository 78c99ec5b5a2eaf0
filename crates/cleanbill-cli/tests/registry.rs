//! Which registry is asked when nothing names one: npm's own answer, asked for once an hour.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so"
)]
mod common;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use common::Machine;

/// The project pins nothing, so its answer is never asked for anything.
const NPM: &str = "#!/bin/sh\necho asked >> \"$HOME/asked\"\necho http://127.0.0.1:9/\n";

fn install_npm(machine: &Machine, text: &str) {
    let npm = machine.write("bin/npm", text);
    fs::set_permissions(npm, fs::Permissions::from_mode(0o755)).unwrap();
}

fn asked(home: &Path) -> usize {
    fs::read_to_string(home.join("asked")).map_or(0, |text| text.lines().count())
}

fn audit(machine: &Machine, arguments: &[&str]) -> String {
    let output = machine
        .command(&machine.home().join("project"), &[&["audit"], arguments].concat())
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", machine.home().join("bin").display()),
        )
        .output()
        .expect("cleanbill starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn npm_is_asked_once_and_again_when_it_is_another_npm() {
    let machine = Machine::new();
    machine.write(
        "project/package-lock.json",
        r#"{"name":"p","lockfileVersion":3,"packages":{"":{"name":"p"}}}"#,
    );
    install_npm(&machine, NPM);
    audit(&machine, &["--offline"]);
    assert_eq!(asked(machine.home()), 0, "an offline run starts no program");
    audit(&machine, &[]);
    audit(&machine, &[]);
    assert_eq!(asked(machine.home()), 1);
    install_npm(&machine, &format!("{NPM}# another\n"));
    audit(&machine, &[]);
    assert_eq!(asked(machine.home()), 2);
}
