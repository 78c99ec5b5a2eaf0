//! Compiling the package's files and the world's own, and dynamic imports from code made while running.
//! Which file a specifier names is decided by the world's loader, in JavaScript.

use std::{cell::RefCell, collections::HashMap, path::Path, rc::Rc};

use boa_engine::{
    Context, JsNativeError, JsResult, JsString, JsValue, Module, Script, Source, js_string,
    module::{ModuleLoader, ModuleRequest, Referrer, SyntheticModuleInitializer},
    property::PropertyKey,
};

use super::{
    Native,
    native::{flag, text, with},
};
use crate::{esm, limits, stage};

pub(super) const NATIVES: &[(&str, Native)] =
    &[("compile", compile), ("builtin", builtin), ("script", script)];

const COMMON: &str = "(function (exports, require, module, __filename, __dirname, __import) {";
const MODULE: &str = "function (__esm, __export, __star, __import, __meta) {";

/// `builtin(name)` gives the function that makes one of the world's modules.
fn builtin(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let name = text(arguments, 0);
    match super::source_of(&name) {
        Some(source) => stage::evaluate(context, source, &format!("node:{name}")),
        None => Ok(JsValue::undefined()),
    }
}

fn checked(source: &str, context: &mut Context) -> JsResult<()> {
    let total = with(context, false, |mut recorder| {
        recorder.compiled = recorder.compiled.saturating_add(source.len());
        recorder.compiled
    })?;
    let reason = if source.len() > limits::SOURCE_BYTES || total > limits::SOURCES_BYTES {
        "source-bytes"
    } else if esm::too_deep(source) {
        "source-too-deep"
    } else {
        return Ok(());
    };
    with(context, true, |mut recorder| recorder.stop(reason))?;
    Err(JsNativeError::range()
        .with_message("Maximum call stack size exceeded")
        .into())
}

/// `compile(path, source, is module)` gives `[function, is module, is async]` for a file of the package.
fn compile(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (path, source, mut module) = (text(arguments, 0), text(arguments, 1), flag(arguments, 2));
    checked(&source, context)?;
    let mut source = source.trim_start_matches('\u{feff}').to_owned();
    if source.starts_with("#!") {
        source.replace_range(..2, "//");
    }
    let shown = with(context, false, |recorder| recorder.shown(&path))?;
    let is_async;
    let first = wrap(&source, module);
    let made = match stage::evaluate(context, &first.0, &shown) {
        // What is no script may still be a module, as Node finds out in the same way.
        Err(error) if !module && error.as_engine().is_none() && esm::looks_like_module(&source) => {
            module = true;
            let second = wrap(&source, true);
            is_async = second.1;
            stage::evaluate(context, &second.0, &shown)?
        }
        Err(error) => return Err(error),
        Ok(made) => {
            is_async = first.1;
            made
        }
    };
    let array = boa_engine::object::builtins::JsArray::new(context)?;
    array.push(made, context)?;
    array.push(JsValue::from(module), context)?;
    array.push(JsValue::from(is_async), context)?;
    Ok(array.into())
}

fn wrap(source: &str, module: bool) -> (String, bool) {
    let rewritten = esm::rewrite(source, module);
    let text = &rewritten.text;
    if module {
        let word = if rewritten.is_async { "async " } else { "" };
        (format!("({word}{MODULE}{text}\n}})"), rewritten.is_async)
    } else {
        (format!("{COMMON}{text}\n}})"), false)
    }
}

/// `script(source, path)` evaluates a text in the global scope, as `vm` does.
fn script(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (source, path) = (text(arguments, 0), text(arguments, 1));
    checked(&source, context)?;
    let source = Source::from_bytes(source.as_bytes()).with_path(Path::new(&path));
    Script::parse(source, None, context)?.evaluate(context)
}

/// Loads for `import()` in code that was made while running; files go through the world's own loader.
#[derive(Default)]
pub(crate) struct Loader {
    loaded: RefCell<HashMap<JsString, Module>>,
}

impl ModuleLoader for Loader {
    async fn load_imported_module(
        self: Rc<Self>,
        _referrer: Referrer,
        request: ModuleRequest,
        context: &RefCell<&mut Context>,
    ) -> JsResult<Module> {
        let specifier = request.specifier().clone();
        if let Some(module) = self.loaded.borrow().get(&specifier) {
            return Ok(module.clone());
        }
        let context = &mut context.borrow_mut();
        let load = context
            .global_object()
            .get(js_string!("__importForGenerated"), context)?;
        let value = match load.as_callable() {
            Some(load) => load.call(&JsValue::undefined(), &[specifier.clone().into()], context)?,
            None => JsValue::undefined(),
        };
        let module = synthetic(&value, context)?;
        self.loaded.borrow_mut().insert(specifier, module.clone());
        Ok(module)
    }
}

fn synthetic(value: &JsValue, context: &mut Context) -> JsResult<Module> {
    /// Names a namespace may have here.
    const NAMES: usize = 256;
    let mut names = Vec::new();
    if let Some(object) = value.as_object() {
        for key in object.own_property_keys(context)?.into_iter().take(NAMES) {
            if let PropertyKey::String(name) = key {
                names.push(name);
            }
        }
    }
    Ok(Module::synthetic(
        &names.clone(),
        SyntheticModuleInitializer::from_copy_closure_with_captures(
            |module, (names, value): &(Vec<JsString>, JsValue), context| {
                if let Some(object) = value.as_object() {
                    for name in names {
                        let export = object.get(name.clone(), context)?;
                        module.set_export(name, export)?;
                    }
                }
                Ok(())
            },
            (names, value.clone()),
        ),
        None,
        None,
        context,
    ))
}
