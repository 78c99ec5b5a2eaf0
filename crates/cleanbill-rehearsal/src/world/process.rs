//! Processes as the world starts them: played by the stage's shell, answered with canned words, never begun.
//! Which file of the package they would run is queued for its own turn.

use boa_engine::{Context, JsResult, JsValue, object::builtins::JsArray};

use super::{
    Native,
    native::{byte_array, bytes, flag, text, texts, with},
};
use crate::{
    recorder::Child,
    shell::{self, Spawning},
    trace::{Action, Origin},
    tree::normalise,
};

pub(super) const NATIVES: &[(&str, Native)] = &[
    ("runShell", run_shell),
    ("runProgram", run_program),
    ("runWorker", run_worker),
];

fn answer(outcome: &shell::Outcome, context: &mut Context) -> JsResult<JsValue> {
    let array = JsArray::new(context)?;
    array.push(JsValue::from(outcome.status), context)?;
    let said = byte_array(&outcome.stdout, context)?;
    array.push(said, context)?;
    Ok(array.into())
}

/// `runShell(line, options, stdin, folder)`.
fn run_shell(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let line = text(arguments, 0);
    let how = Spawning {
        options: texts(arguments, 1, context)?,
        stdin: bytes(arguments, 2, context)?,
    };
    let folder = text(arguments, 3);
    let outcome = with(context, true, |mut recorder| {
        let folder = normalise(&folder, &recorder.folder);
        shell::text(&mut recorder, &line, &how, &folder, 0)
    })?;
    answer(&outcome, context)
}

/// `runProgram(words, options, stdin, folder)`.
fn run_program(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let words = texts(arguments, 0, context)?;
    let how = Spawning {
        options: texts(arguments, 1, context)?,
        stdin: bytes(arguments, 2, context)?,
    };
    let folder = text(arguments, 3);
    let outcome = with(context, true, |mut recorder| {
        let mut folder = normalise(&folder, &recorder.folder);
        shell::program(&mut recorder, &words, &how, &mut folder, 0)
    })?;
    answer(&outcome, context)
}

/// `runWorker(file or code, is code)`: a thread of the same program.
fn run_worker(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (given, is_code) = (text(arguments, 0), flag(arguments, 1));
    with(context, true, |mut recorder| {
        let mut child = Child {
            depth: recorder.depth + 1,
            folder: recorder.folder.clone(),
            ..Child::default()
        };
        if is_code {
            let downloaded = recorder.network.marked(given.as_bytes());
            recorder.note(Action::CodeRun {
                origin: Origin::Process,
                excerpt: crate::codec::excerpt(given.as_bytes()),
                bytes: given.len() as u64,
                downloaded,
            });
            child.code = Some(given);
        } else {
            child.file = Some(normalise(&given, &recorder.folder));
        }
        recorder.queue(child);
    })?;
    Ok(JsValue::undefined())
}
