//! What can be said of code no parser accepts: which words stand in it.
//! Words are weak facts; they never make a chain.
use crate::machine::Machine;
use crate::machine::marks::Place;
use crate::notebook::Capability;

/// Notes capabilities by words of a file the grammar refused.
pub(crate) fn note(m: &mut Machine<'_>, file: u32, text: &str) {
    const WORDS: &[(&str, Capability)] = &[
        ("child_process", Capability::Process),
        ("require('http", Capability::Network),
        ("require(\"http", Capability::Network),
        ("fetch(", Capability::Network),
        ("eval(", Capability::Eval),
        ("new Function", Capability::Eval),
        ("process.env", Capability::Environment),
        ("writeFile", Capability::FilesystemWrite),
    ];
    let src = m.file_sources.get(&file).copied().unwrap_or(0);
    for (word, capability) in WORDS {
        if let Some(at) = text.find(word) {
            let trigger = m.trigger;
            m.notes.can(*capability, trigger, Place { src, at: at as u32 });
        }
    }
}
