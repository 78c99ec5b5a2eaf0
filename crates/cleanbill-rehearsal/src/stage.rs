//! The stage: one interpreter a process, an invented world in front of the code, and the story taken down behind it.
//! It has no way to the host; whoever calls it holds the wall clock and the memory.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    rc::Rc,
};

use boa_engine::{
    Context, JsError, JsObject, JsResult, JsString, JsValue, Script, Source,
    builtins::promise::{OperationType, PromiseState},
    context::{ContextBuilder, HostHooks},
    error::EngineError,
    js_string,
    optimizer::OptimizerOptions,
    realm::Realm,
};

use crate::{
    codec, esm, host,
    input::{Budget, Entry, RehearsalInput},
    jobs::{Jobs, VirtualClock},
    limits,
    persona::Persona,
    recorder::{Backstage, Child, Recorder},
    shell,
    trace::{Action, Origin, Site, Trace},
    tree::{normalise, parent},
    world,
};

/// Rehearses a package on one persona. The caller catches panics, bounds memory and holds the wall clock; for a deep
/// stack it calls this on a thread with 256 MB of it.
#[must_use]
pub fn rehearse(input: &RehearsalInput, persona: Persona, budget: &Budget) -> Trace {
    let backstage: Backstage = Rc::new(RefCell::new(Recorder::new(input, persona, budget)));
    let mut left = budget.instructions;
    let found;
    let entries = if input.entries.is_empty() {
        found = crate::strategy::entries_of(input);
        &found
    } else {
        &input.entries
    };
    for entry in entries {
        if backstage.borrow().halted.is_some() {
            backstage.borrow_mut().stop("not-reached");
            break;
        }
        open(&backstage, entry, input);
        match entry {
            Entry::Script { command, .. } => {
                let folder = backstage.borrow().root.clone();
                let line = command.clone();
                shell::text(
                    &mut backstage.borrow_mut(),
                    &line,
                    &shell::Spawning::default(),
                    &folder,
                    0,
                );
            }
            Entry::Import { path, call_exports } => {
                let file = normalise(path, &backstage.borrow().root);
                let folder = normalise(&persona.project(), "/");
                let child = Child {
                    file: Some(file),
                    folder,
                    ..Child::default()
                };
                play(&backstage, &child, *call_exports, &mut left);
            }
            Entry::Run { path, arguments } => {
                let file = normalise(path, &backstage.borrow().root);
                let folder = backstage.borrow().root.clone();
                let child = Child {
                    file: Some(file),
                    arguments: arguments.clone(),
                    folder,
                    ..Child::default()
                };
                play(&backstage, &child, false, &mut left);
            }
        }
        loop {
            let next = backstage.borrow_mut().children.pop_front();
            let Some(child) = next else { break };
            play(&backstage, &child, false, &mut left);
        }
    }
    let spent = budget.instructions.saturating_sub(left) as u64;
    let recorder = Rc::try_unwrap(backstage).map(RefCell::into_inner);
    match recorder {
        Ok(recorder) => recorder.finish(spent),
        // A context that outlives its run would still hold the recorder; its copy tells the same story.
        Err(shared) => shared
            .replace(Recorder::new(&RehearsalInput::default(), persona, budget))
            .finish(spent),
    }
}

fn open(backstage: &Backstage, entry: &Entry, input: &RehearsalInput) {
    let mut recorder = backstage.borrow_mut();
    recorder.entry = entry.label();
    recorder.at_install = entry.at_install();
    recorder.lazy = false;
    recorder.site = None;
    recorder.children_seen = 0;
    let script = match entry {
        Entry::Script { name, .. } => Some(name.as_str()),
        _ => None,
    };
    recorder.env = host::environment(recorder.persona, &recorder.canaries, input, script);
}

fn play(backstage: &Backstage, child: &Child, drive: bool, left: &mut usize) {
    if *left == 0 || backstage.borrow().halted.is_some() {
        backstage.borrow_mut().stop("instructions");
        return;
    }
    {
        let mut recorder = backstage.borrow_mut();
        recorder.folder.clone_from(&child.folder);
        recorder.depth = child.depth;
        recorder.exited = false;
        recorder.site = None;
    }
    let jobs = Rc::new(Jobs::new(backstage.borrow().budget.jobs));
    let persona = backstage.borrow().persona;
    let hooks = Rc::new(Hooks {
        persona,
        rejected: RefCell::default(),
    });
    let built = ContextBuilder::new()
        .host_hooks(Rc::clone(&hooks))
        .clock(Rc::new(VirtualClock::new(Rc::clone(backstage))))
        .job_executor(Rc::clone(&jobs))
        .module_loader(Rc::new(world::Loader::default()))
        .instructions_remaining(*left)
        .build();
    let Ok(mut context) = built else {
        backstage.borrow_mut().stop("stage-not-built");
        return;
    };
    // Code on stage runs once; folding its constants costs more than it saves.
    context.set_optimizer_options(OptimizerOptions::empty());
    {
        let recorder = backstage.borrow();
        let limits = context.runtime_limits_mut();
        limits.set_loop_iteration_limit(recorder.budget.loop_turns);
        limits.set_recursion_limit(recorder.budget.recursion);
        limits.set_stack_size_limit(limits::STACK_VALUES);
    }
    context.insert_data(world::Stagehand(Rc::clone(backstage)));
    // The engine holds some of its own bounds for impossible, as where instructions end inside a generator.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        run(&mut context, backstage, child, drive, &jobs)
    }));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => explain(&error, backstage),
        Err(_) if context.instructions_remaining() == 0 => backstage.borrow_mut().stop("instructions"),
        Err(_) => backstage.borrow_mut().stop("engine-fault"),
    }
    for promise in hooks.rejected.take() {
        if let PromiseState::Rejected(reason) = boa_engine::object::builtins::JsPromise::from(promise).state()
        {
            explain(&JsError::from_opaque(reason), backstage);
        }
    }
    if jobs.exhausted() {
        backstage.borrow_mut().stop("jobs");
    }
    *left = context.instructions_remaining();
    context.remove_data::<world::Stagehand>();
}

fn run(
    context: &mut Context,
    backstage: &Backstage,
    child: &Child,
    drive: bool,
    jobs: &Rc<Jobs>,
) -> JsResult<()> {
    let boot = world::boot(context, child)?;
    let call = |name: JsString, arguments: &[JsValue], context: &mut Context| -> JsResult<JsValue> {
        let function = boot.get(name, context)?;
        match function.as_callable() {
            Some(function) => function.call(&JsValue::undefined(), arguments, context),
            None => Ok(JsValue::undefined()),
        }
    };
    let started = match (&child.file, &child.code) {
        (_, Some(code)) => call(
            js_string!("runCode"),
            &[JsString::from(code.as_str()).into()],
            context,
        ),
        (Some(file), None) => {
            let main = JsString::from(file.as_str());
            call(
                js_string!("runMain"),
                &[main.into(), JsValue::from(drive)],
                context,
            )
        }
        (None, None) => Ok(JsValue::undefined()),
    };
    settle(started, backstage, &boot, context)?;
    let mut driven = !drive;
    let mut fired = 0;
    loop {
        let worked = context.run_jobs();
        settle(worked.map(|()| JsValue::undefined()), backstage, &boot, context)?;
        if jobs.exhausted() || backstage.borrow().exited {
            return Ok(());
        }
        let ticked = call(js_string!("tick"), &[], context);
        let more = settle(ticked, backstage, &boot, context)?.to_boolean();
        if more {
            fired += 1;
            if fired > backstage.borrow().budget.timers {
                backstage.borrow_mut().stop("timers");
                return Ok(());
            }
            continue;
        }
        if driven {
            return Ok(());
        }
        driven = true;
        backstage.borrow_mut().lazy = true;
        let awake = call(js_string!("drive"), &[], context);
        settle(awake, backstage, &boot, context)?;
    }
}

/// An error the code did not catch ends its turn, not the process's timers, if the process listens for such errors;
/// an error of the engine ends everything.
fn settle(
    result: JsResult<JsValue>,
    backstage: &Backstage,
    boot: &JsObject,
    context: &mut Context,
) -> JsResult<JsValue> {
    let error = match result {
        Ok(value) => return Ok(value),
        Err(error) if error.as_engine().is_some() => return Err(error),
        Err(error) => error,
    };
    explain(&error, backstage);
    let handler = boot.get(js_string!("uncaught"), context)?;
    if let Some(handler) = handler.as_callable() {
        let value = error.into_opaque(context)?;
        handler.call(&JsValue::undefined(), &[value], context)?;
    }
    Ok(JsValue::undefined())
}

fn explain(error: &JsError, backstage: &Backstage) {
    let mut recorder = backstage.borrow_mut();
    if recorder.exited {
        return;
    }
    if let Some(limit) = error.as_engine() {
        let reason = match (recorder.halted, limit) {
            (Some(reason), _) => reason,
            (None, EngineError::NoInstructionsRemain) => "instructions",
            (None, EngineError::RuntimeLimit(limit)) => {
                let text = limit.to_string();
                if text.contains("loop") {
                    "loop-turns"
                } else if text.contains("recurs") {
                    "recursion"
                } else {
                    "stack-values"
                }
            }
            (None, _) => "engine-fault",
        };
        recorder.stop(reason);
        return;
    }
    let text = error.to_string();
    recorder.site = thrown_from(&text);
    let first = text.lines().next().unwrap_or("");
    let message = first
        .split(" (node:")
        .next()
        .unwrap_or(first)
        .split(" (./")
        .next()
        .unwrap_or(first);
    recorder.note(Action::Threw {
        message: codec::excerpt(message.as_bytes()),
    });
}

/// The nearest place in the package that an error's own words name.
fn thrown_from(text: &str) -> Option<Site> {
    let (_, rest) = text.split_once("(./")?;
    let (place, _) = rest.split_once(')')?;
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok();
    let line = parts.next()?.parse().ok();
    Some(Site {
        file: parts.next()?.to_owned(),
        line,
        column,
        function: String::new(),
        generated: false,
    })
}

/// Compiles a text as a file of the stage and evaluates it.
pub(crate) fn evaluate(context: &mut Context, text: &str, path: &str) -> JsResult<JsValue> {
    let source = Source::from_bytes(text.as_bytes()).with_path(Path::new(path));
    Script::parse(source, None, context)?.evaluate(context)
}

struct Hooks {
    persona: Persona,
    /// Promises rejected and not yet listened to.
    rejected: RefCell<Vec<JsObject<boa_engine::builtins::promise::Promise>>>,
}

impl HostHooks for Hooks {
    fn promise_rejection_tracker(
        &self,
        promise: &JsObject<boa_engine::builtins::promise::Promise>,
        operation: OperationType,
        _context: &mut Context,
    ) {
        /// Rejections kept; more of them say nothing new.
        const KEPT: usize = 16;
        let mut rejected = self.rejected.borrow_mut();
        match operation {
            OperationType::Reject if rejected.len() < KEPT => rejected.push(promise.clone()),
            OperationType::Reject => {}
            OperationType::Handle => rejected.retain(|one| !JsObject::equals(one, promise)),
        }
    }

    fn ensure_can_compile_strings(
        &self,
        _realm: Realm,
        parameters: &[JsString],
        body: &JsString,
        direct: bool,
        context: &mut Context,
    ) -> JsResult<()> {
        let Some(backstage) = world::backstage(context) else {
            return Ok(());
        };
        let text = body.to_std_string_lossy();
        let site = world::site_of(context);
        let mut recorder = backstage.borrow_mut();
        recorder.site = site;
        if let Err(reason) = recorder.count_call() {
            recorder.stop(reason);
            return Err(EngineError::NoInstructionsRemain.into());
        }
        if text.len() > limits::SOURCE_BYTES || esm::too_deep(&text) {
            recorder.stop("generated-source-too-deep");
            return Err(boa_engine::JsNativeError::range()
                .with_message("Maximum call stack size exceeded")
                .into());
        }
        // These ask for the global object, as every polyfill does, and carry nothing.
        let idiom = matches!(text.trim().trim_end_matches(';'), "return this" | "this" | "");
        if !idiom || !parameters.is_empty() {
            let downloaded = recorder.network.marked(text.as_bytes());
            recorder.note(Action::CodeRun {
                origin: if direct { Origin::Eval } else { Origin::Function },
                excerpt: codec::excerpt(text.as_bytes()),
                bytes: text.len() as u64,
                downloaded,
            });
        }
        Ok(())
    }

    fn local_timezone_offset_seconds(&self, _unix_time_seconds: i64) -> i32 {
        self.persona.time_zone().1 * 60
    }

    fn max_buffer_size(&self, _context: &mut Context) -> u64 {
        // Larger than any honest buffer at install, small against the worker's memory.
        192 * 1024 * 1024
    }
}

/// The folder of a path, for the loader.
pub(crate) fn folder_of(path: &str) -> String {
    parent(path).to_owned()
}
