//! Builds small packages and rehearses them on a deep stack.
//! It knows no sample: each test writes its own.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

use cleanbill_rehearsal::{
    Action, Budget, FactKind, Persona, RehearsalFact, RehearsalInput, Trace, findings, rehearse, rehearse_all,
};

pub fn package(manifest: &str, files: &[(&str, &str)]) -> RehearsalInput {
    RehearsalInput {
        name: "sample".to_owned(),
        version: "1.0.0".to_owned(),
        manifest: manifest.to_owned(),
        files: files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect(),
        seed: 11,
        ..RehearsalInput::default()
    }
}

/// A package whose postinstall runs `setup.js` with this text.
pub fn hook(source: &str) -> RehearsalInput {
    package(
        r#"{"name":"sample","scripts":{"postinstall":"node setup.js"}}"#,
        &[("setup.js", source)],
    )
}

/// A package with this text as its main module.
pub fn library(source: &str) -> RehearsalInput {
    package(r#"{"name":"sample","main":"index.js"}"#, &[("index.js", source)])
}

fn deep<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap()
}

pub fn on(persona: Persona, input: &RehearsalInput) -> Trace {
    let input = input.clone();
    deep(move || rehearse(&input, persona, &Budget::default()))
}

pub fn linux(input: &RehearsalInput) -> Trace {
    on(Persona::LinuxDeveloper, input)
}

pub fn with_budget(input: &RehearsalInput, budget: Budget) -> Trace {
    let input = input.clone();
    deep(move || rehearse(&input, Persona::LinuxDeveloper, &budget))
}

pub fn all(input: &RehearsalInput) -> (Vec<Trace>, Vec<RehearsalFact>) {
    let input = input.clone();
    deep(move || {
        let traces = rehearse_all(&input, &Budget::default());
        let facts = findings(&traces);
        (traces, facts)
    })
}

pub fn fact<'a>(facts: &'a [RehearsalFact], chain: &str) -> &'a RehearsalFact {
    facts
        .iter()
        .find(|fact| fact.chain == chain)
        .unwrap_or_else(|| panic!("no {chain} in {facts:#?}"))
}

pub fn proven(facts: &[RehearsalFact]) -> Vec<&str> {
    facts
        .iter()
        .filter(|fact| fact.kind == FactKind::Proven)
        .map(|fact| fact.chain.as_str())
        .collect()
}

pub fn printed(trace: &Trace) -> String {
    trace
        .events
        .iter()
        .filter_map(|event| match &event.action {
            Action::Printed { text, .. } => Some(text.as_str()),
            Action::Threw { message } => Some(message.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n")
}
