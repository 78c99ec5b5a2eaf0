//! Any text as a list, a record, a bundle, a campaign file, a key or a signature: an answer or a refusal.
#![no_main]
use cleanbill_hunt::{
    exchange::{
        import::import,
        signed::{PublicKey, SigningKey},
    },
    lint::lint,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = import("fuzz-2026", text);
    let _ = lint(text, None);
    let _ = SigningKey::parse(text);
    let _ = PublicKey::parse(text).map(|key| key.verify(b"", text));
    let bundle = format!(
        r#"{{"type":"bundle","objects":[{{"type":"indicator","pattern":{}}}]}}"#,
        serde_json::Value::from(text)
    );
    let _ = import("fuzz-2026", &bundle);
});
