//! The few native functions the invented world stands on, and the world's own sources.
//! Each of them writes to the recorder or computes; none of them reaches anything of ours.

mod bytes;
mod emit;
mod files;
mod keep;
mod load;
mod native;
mod process;
mod resolve;

use boa_engine::{
    Context, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string, object::ObjectInitializer,
};

pub(crate) use load::Loader;

use crate::{
    persona::Persona,
    recorder::{Backstage, Child},
    stage,
    trace::Site,
};

/// The recorder, as the interpreter keeps it for its native functions.
pub(crate) struct Stagehand(pub Backstage);

const BOOT: &str = include_str!("world/boot.js");

/// The world's modules by the names code asks for.
pub(crate) fn source_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "backed" => include_str!("world/backed.js"),
        "buffer" => include_str!("world/buffer.js"),
        "child_process" => include_str!("world/child_process.js"),
        "console" => include_str!("world/console.js"),
        "convert" => include_str!("world/convert.js"),
        "crypto" => include_str!("world/crypto.js"),
        "events" => include_str!("world/events.js"),
        "esm" => include_str!("world/esm.js"),
        "fs" => include_str!("world/fs.js"),
        "fs_more" => include_str!("world/fs_more.js"),
        "inert" => include_str!("world/inert.js"),
        "loader" => include_str!("world/loader.js"),
        "modules" => include_str!("world/modules.js"),
        "packages" => include_str!("world/packages.js"),
        "process_more" => include_str!("world/process_more.js"),
        "timers" => include_str!("world/timers.js"),
        "http" => include_str!("world/http.js"),
        "net" => include_str!("world/net.js"),
        "os" => include_str!("world/os.js"),
        "path" => include_str!("world/path.js"),
        "process" => include_str!("world/process.js"),
        "small" => include_str!("world/small.js"),
        "stream" => include_str!("world/stream.js"),
        "url" => include_str!("world/url.js"),
        "util" => include_str!("world/util.js"),
        "web" => include_str!("world/web.js"),
        "browser" => include_str!("world/browser.js"),
        "drive" => include_str!("world/drive.js"),
        "zlib" => include_str!("world/zlib.js"),
        _ => return None,
    })
}

/// The recorder of this interpreter.
pub(crate) fn backstage(context: &Context) -> Option<Backstage> {
    context.get_data::<Stagehand>().map(|hand| hand.0.clone())
}

/// Where in the package the running call was made: the nearest frame that is not the world's own.
pub(crate) fn site_of(context: &Context) -> Option<Site> {
    /// Frames looked at; the caller is near the top.
    const FRAMES: usize = 60;
    let mut generated = false;
    for frame in context.stack_trace().take(FRAMES) {
        let place = frame.position();
        // The engine keeps the kind of source to itself and tells it in words.
        let file = place.path.to_string();
        if file == "eval at " {
            generated = true;
            continue;
        }
        if file.starts_with("node:") || file == "unknown at " || file == "json at " {
            continue;
        }
        return Some(Site {
            file: file.trim_start_matches("./").to_owned(),
            line: place.position.map(|position| position.line_number()),
            column: place.position.map(|position| position.column_number()),
            function: place
                .function_name
                .to_std_string_lossy()
                .chars()
                .take(80)
                .collect(),
            generated,
        });
    }
    None
}

type Native = fn(&JsValue, &[JsValue], &mut Context) -> JsResult<JsValue>;

/// Builds the world and hands back what the stage calls it by.
pub(crate) fn boot(context: &mut Context, child: &Child) -> JsResult<JsObject> {
    let hands: Vec<(&str, Native)> = [
        emit::NATIVES,
        files::NATIVES,
        keep::NATIVES,
        bytes::NATIVES,
        process::NATIVES,
        load::NATIVES,
        resolve::NATIVES,
    ]
    .concat();
    let mut builder = ObjectInitializer::new(context);
    for (name, function) in hands {
        builder.function(NativeFunction::from_fn_ptr(function), JsString::from(name), 0);
    }
    let hands = builder.build();
    keep::set_aside(&hands, context)?;
    let facts = machine(context, child);
    let facts = JsValue::from_json(&facts, context)?;
    hands.set(js_string!("machine"), facts, false, context)?;
    let make = stage::evaluate(context, BOOT, "node:internal/boot")?;
    let global = context.global_object();
    let Some(make) = make.as_callable() else {
        return Ok(global);
    };
    let made = make.call(
        &JsValue::undefined(),
        &[hands.into(), global.clone().into()],
        context,
    )?;
    Ok(made.as_object().unwrap_or(global))
}

fn machine(context: &Context, child: &Child) -> serde_json::Value {
    let Some(backstage) = backstage(context) else {
        return serde_json::Value::Null;
    };
    let recorder = backstage.borrow();
    let persona = recorder.persona;
    let windows = persona == Persona::WindowsDeveloper;
    let shown = |path: &str| seen_path(persona, path);
    serde_json::json!({
        "persona": persona.as_str(),
        "platform": persona.platform(),
        "windows": windows,
        "browser": persona.is_browser(),
        "arch": if persona == Persona::MacDeveloper { "arm64" } else { "x64" },
        "home": persona.home(),
        "temp": persona.temp(),
        "user": persona.user(),
        "hostname": persona.hostname(),
        "locale": persona.locale(),
        "zone": persona.time_zone().0,
        "separator": persona.separator().to_string(),
        "folder": shown(&recorder.folder),
        "root": recorder.root,
        "file": child.file.as_deref().map(shown),
        "arguments": child.arguments,
        "payload": recorder.network.payload(),
        "mark": recorder.network.mark(),
        "clipboard": recorder.canaries.core("clipboard"),
        "walletKey": recorder.canaries.core("wallet keystore"),
        "phrase": recorder.canaries.core("wallet phrase"),
        "depth": child.depth,
    })
}

/// A path of the tree as the code on this machine would see it.
pub(crate) fn seen_path(persona: Persona, path: &str) -> String {
    if persona != Persona::WindowsDeveloper {
        return path.to_owned();
    }
    let path = path.trim_start_matches('/');
    let path = if path.get(1..2) == Some(":") {
        path.to_owned()
    } else {
        format!("C:/{path}")
    };
    path.replace('/', "\\")
}
