//! What the world takes aside before the code comes, and the names it answers to: made natively, because what is
//! written in JavaScript is compiled anew for every machine. It knows no module's content.

use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction,
    gc::{GcRefCell, Trace},
    js_string,
    object::{FunctionObjectBuilder, builtins::JsArray},
    property::PropertyDescriptor,
};

use super::{
    Native,
    native::{string, text},
};

pub(super) const NATIVES: &[(&str, Native)] =
    &[("lazies", lazies), ("moduleOf", module_of), ("modules", modules)];

/// The world's files that hold several modules, and these.
const GROUPS: &[(&str, &str)] = &[
    ("http", "http https http2"),
    ("net", "net tls dgram dns dns/promises"),
    ("fs", "fs fs/promises"),
    ("path", "path path/posix path/win32"),
    ("util", "util util/types sys"),
    ("stream", "stream stream/promises stream/web stream/consumers"),
    ("url", "url querystring punycode"),
    (
        "small",
        "console timers timers/promises vm worker_threads readline readline/promises module assert assert/strict \
         v8 perf_hooks async_hooks string_decoder constants tty cluster inspector diagnostics_channel sqlite test \
         node:test wasi repl domain trace_events",
    ),
    ("web", "bun"),
];
/// Files that are one module.
const SINGLE: &str = "buffer child_process crypto events os process zlib";

/// What the making of a module needs of the language.
const USED: &[(&str, bool, &str)] = &[
    (
        "Object",
        false,
        "keys assign defineProperty setPrototypeOf create entries fromEntries getOwnPropertyNames",
    ),
    ("Reflect", false, "apply ownKeys"),
    ("Array", false, "from"),
    ("Array", true, "map forEach filter concat push slice join flatMap"),
    ("String", true, "replace slice toLowerCase split startsWith"),
    ("Function", true, "call apply bind"),
    ("Promise", true, "then"),
    ("Promise", false, "resolve"),
];

/// One call must not be worth a gigabyte: beyond this many units the engine of old, too, knew no string.
const LONGEST_STRING: f64 = 67_108_864.0;

/// A property of the language: its object, its name, its value.
type Kept = Vec<(JsObject, JsString, JsValue)>;

/// Keeps what the world needs of the language, and bounds the strings that one call can make.
pub(super) fn set_aside(hands: &JsObject, context: &mut Context) -> JsResult<()> {
    let mut kept: Kept = Vec::new();
    for (owner, of_prototype, names) in USED {
        let owner = owner_of(owner, *of_prototype, context)?;
        for name in names.split(' ').filter(|name| !name.is_empty()) {
            let name = JsString::from(name);
            let value = owner.get(name.clone(), context)?;
            kept.push((owner.clone(), name, value));
        }
    }
    let restore = closure("restore", 0, restore, kept, context);
    hands.set(js_string!("restore"), restore, false, context)?;
    bound_strings(context)
}

fn owner_of(name: &str, of_prototype: bool, context: &mut Context) -> JsResult<JsObject> {
    let mut owner = context.global_object().get(JsString::from(name), context)?;
    if of_prototype && let Some(object) = owner.as_object() {
        owner = object.get(js_string!("prototype"), context)?;
    }
    owner.to_object(context)
}

fn closure<T: Trace + 'static>(
    name: &str,
    length: usize,
    body: fn(&JsValue, &[JsValue], &T, &mut Context) -> JsResult<JsValue>,
    captures: T,
    context: &Context,
) -> JsValue {
    let function = NativeFunction::from_copy_closure_with_captures(body, captures);
    FunctionObjectBuilder::new(context.realm(), function)
        .name(JsString::from(name))
        .length(length)
        .build()
        .into()
}

fn plain(value: JsValue) -> PropertyDescriptor {
    PropertyDescriptor::builder()
        .value(value)
        .writable(true)
        .enumerable(false)
        .configurable(true)
        .build()
}

/// Defines a property of the code's own object; what the code has frozen stays as it is.
fn put(object: &JsObject, name: &JsString, value: JsValue, context: &mut Context) -> JsResult<()> {
    match object.define_property_or_throw(name.clone(), plain(value), context) {
        Err(error) if error.as_engine().is_some() => Err(error),
        _ => Ok(()),
    }
}

/// `restore()` puts the language back as it was, for a module is made late, when the code may have changed it; the
/// function it gives puts the changes back in their place.
fn restore(_: &JsValue, _: &[JsValue], kept: &Kept, context: &mut Context) -> JsResult<JsValue> {
    let mut changed: Kept = Vec::new();
    for (object, name, value) in kept {
        let now = match object.get(name.clone(), context) {
            Ok(now) => now,
            Err(error) if error.as_engine().is_some() => return Err(error),
            Err(_) => JsValue::undefined(),
        };
        if !JsValue::same_value(&now, value) {
            changed.push((object.clone(), name.clone(), now));
            put(object, name, value.clone(), context)?;
        }
    }
    Ok(closure("", 0, put_back, changed, context))
}

fn put_back(_: &JsValue, _: &[JsValue], changed: &Kept, context: &mut Context) -> JsResult<JsValue> {
    for (object, name, value) in changed {
        put(object, name, value.clone(), context)?;
    }
    Ok(JsValue::undefined())
}

fn bound_strings(context: &mut Context) -> JsResult<()> {
    let prototype = owner_of("String", true, context)?;
    for (name, times, length) in [("repeat", true, 1), ("padStart", false, 2), ("padEnd", false, 2)] {
        let key = JsString::from(name);
        let real = prototype.get(key.clone(), context)?;
        let bounded = closure(name, length, bounded, (real, times), context);
        put(&prototype, &key, bounded, context)?;
    }
    Ok(())
}

fn bounded(
    this: &JsValue,
    arguments: &[JsValue],
    (real, times): &(JsValue, bool),
    context: &mut Context,
) -> JsResult<JsValue> {
    let count = arguments.first().and_then(JsValue::as_number).unwrap_or(0.0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "compared with a bound far below where this loses"
    )]
    let unit = match this.as_string() {
        Some(text) if *times => text.len() as f64,
        _ => 1.0,
    };
    if count * unit > LONGEST_STRING {
        let error = JsNativeError::range().with_message("Invalid string length");
        return Err(error.into());
    }
    match real.as_callable() {
        Some(real) => real.call(this, arguments, context),
        None => Ok(JsValue::undefined()),
    }
}

/// What a late property holds on to: the maker, the name it is asked with, what it made.
type Late = (JsObject, JsString, GcRefCell<Option<JsValue>>);

/// `lazies(object, names, make)` defines properties whose value `make(name)` gives when one is first read. The getter
/// stays a getter: one that replaces itself by a value is still called as a getter by the engine's cache.
fn lazies(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let object = arguments.first().and_then(JsValue::as_object);
    let make = arguments.get(2).and_then(JsValue::as_object);
    let (Some(object), Some(make)) = (object, make) else {
        return Ok(JsValue::undefined());
    };
    for name in text(arguments, 1).split(' ') {
        let key = JsString::from(name);
        let late: Late = (make.clone(), key.clone(), GcRefCell::new(None));
        let getter = closure("get", 0, first_read, late, context);
        let setter = closure("set", 1, overwrite, (object.clone(), key.clone()), context);
        let property = PropertyDescriptor::builder()
            .get(getter)
            .set(setter)
            .enumerable(false)
            .configurable(true)
            .build();
        object.define_property_or_throw(key, property, context)?;
    }
    Ok(JsValue::undefined())
}

fn first_read(
    _: &JsValue,
    _: &[JsValue],
    (make, name, made): &Late,
    context: &mut Context,
) -> JsResult<JsValue> {
    if let Some(value) = made.borrow().clone() {
        return Ok(value);
    }
    let value = match make.is_callable() {
        true => make.call(&JsValue::undefined(), &[name.clone().into()], context)?,
        false => JsValue::undefined(),
    };
    *made.borrow_mut() = Some(value.clone());
    Ok(value)
}

fn overwrite(
    _: &JsValue,
    arguments: &[JsValue],
    (object, name): &(JsObject, JsString),
    context: &mut Context,
) -> JsResult<JsValue> {
    let value = arguments.first().cloned().unwrap_or_default();
    object.define_property_or_throw(name.clone(), plain(value), context)?;
    Ok(JsValue::undefined())
}

/// `moduleOf(name)` gives the world's file that holds a module, and the module's name in it.
fn module_of(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let name = text(arguments, 0);
    let name = name.strip_prefix("node:").unwrap_or(&name);
    let group = GROUPS
        .iter()
        .find(|(_, names)| names.split_whitespace().any(|one| one == name))
        .map(|(file, _)| *file);
    let file = group.or_else(|| SINGLE.split(' ').find(|one| *one == name));
    match file {
        Some(file) => Ok(JsArray::from_iter([string(file), string(name)], context).into()),
        None => Ok(JsValue::undefined()),
    }
}

/// `modules()` gives the names of all modules of Node's.
fn modules(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let groups = GROUPS.iter().filter(|(file, _)| *file != "web");
    let names = groups.flat_map(|(_, names)| names.split_whitespace());
    let all = SINGLE.split(' ').chain(names).map(string);
    Ok(JsArray::from_iter(all, context).into())
}
