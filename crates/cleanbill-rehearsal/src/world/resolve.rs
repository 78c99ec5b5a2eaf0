//! Where a path of the package leads when it is loaded: endings, folders with a manifest, the kind of module.
//! It knows one manifest's `main` and `type`; names of packages are the loader's, in JavaScript.

use boa_engine::{Context, JsResult, JsValue};
use serde_json::Value;

use super::{
    Native,
    native::{flag, string, text, with},
};
use crate::{
    recorder::Recorder,
    tree::{normalise, parent},
};

pub(super) const NATIVES: &[(&str, Native)] = &[("findFile", find), ("isModule", is_module)];

/// Endings tried, in Node's order.
const ENDINGS: [&str; 6] = ["", ".js", ".json", ".cjs", ".mjs", ".node"];
/// Longest manifest read for one field.
const MANIFEST: usize = 4 * 1024 * 1024;

/// `findFile(path, folders too)` gives the file a path means, or nothing.
fn find(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (path, folders) = (text(arguments, 0), flag(arguments, 1));
    let found = with(context, false, |recorder| {
        let path = normalise(&path, &recorder.folder);
        let file = as_file(&recorder, &path);
        match file {
            None if folders => as_folder(&recorder, &path),
            found => found,
        }
    })?;
    Ok(found.map_or(JsValue::undefined(), |path| string(&path)))
}

fn as_file(recorder: &Recorder, path: &str) -> Option<String> {
    ENDINGS
        .iter()
        .map(|ending| format!("{path}{ending}"))
        .find(|path| recorder.tree.leaf(path).is_some())
}

fn as_folder(recorder: &Recorder, path: &str) -> Option<String> {
    if !recorder.tree.is_folder(path) {
        return None;
    }
    let main = field(recorder, path, "main").flatten();
    if let Some(main) = main.filter(|main| !main.is_empty()) {
        let to = normalise(&main, path);
        let found = as_file(recorder, &to).or_else(|| as_file(recorder, &format!("{to}/index")));
        if found.is_some() {
            return found;
        }
    }
    as_file(recorder, &format!("{path}/index"))
}

/// A field of the manifest in a folder; nothing where there is no manifest.
#[expect(
    clippy::option_option,
    reason = "no manifest and no such field are different answers"
)]
fn field(recorder: &Recorder, folder: &str, key: &str) -> Option<Option<String>> {
    let place = format!("{}/package.json", folder.trim_end_matches('/'));
    let leaf = recorder.tree.leaf(&place)?;
    let bytes = leaf.bytes.get(..leaf.bytes.len().min(MANIFEST))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let parsed: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    Some(parsed.get(key).and_then(Value::as_str).map(str::to_owned))
}

/// `isModule(path)` says whether a file is of the newer kind by its name or its nearest manifest.
fn is_module(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let module = with(context, false, |recorder| {
        if path.ends_with(".mjs") || path.ends_with(".cjs") {
            return path.ends_with(".mjs");
        }
        let mut folder = parent(&path);
        loop {
            if let Some(kind) = field(&recorder, folder, "type") {
                return kind.as_deref() == Some("module");
            }
            if folder == "/" || folder.ends_with("/node_modules") {
                return false;
            }
            folder = parent(folder);
        }
    })?;
    Ok(JsValue::from(module))
}
