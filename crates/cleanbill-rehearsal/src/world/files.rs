//! The virtual tree as the world's file functions see it.
//! Paths are brought to one form here; no disk is behind them.

use boa_engine::{Context, JsResult, JsValue};

use super::{
    Native,
    native::{byte_array, bytes, flag, list, text, whole, with},
    seen_path,
};
use crate::{trace::Action, tree::normalise};

pub(super) const NATIVES: &[(&str, Native)] = &[
    ("readFile", read),
    ("writeFile", write),
    ("stat", stat),
    ("listFolder", folder),
    ("makeFolder", make),
    ("removeFile", remove),
    ("moveFile", rename),
    ("linkFile", link),
    ("linkedTo", linked),
    ("chmodFile", chmod),
    ("peekFile", peek),
    ("changeFolder", change_folder),
    ("absolute", absolute),
];

fn read(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    match with(context, true, |mut recorder| recorder.read_file(&path))? {
        Some(bytes) => byte_array(&bytes, context),
        None => Ok(JsValue::undefined()),
    }
}

/// As `read`, for the loader, which writes its own event.
fn peek(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let found = with(context, false, |recorder| {
        let path = normalise(&path, &recorder.folder);
        recorder.tree.leaf(&path).map(|leaf| leaf.bytes.clone())
    })?;
    match found {
        Some(bytes) => Ok(super::native::string(&String::from_utf8_lossy(&bytes))),
        None => Ok(JsValue::undefined()),
    }
}

fn write(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let data = bytes(arguments, 1, context)?;
    let append = flag(arguments, 2);
    let done = with(context, true, |mut recorder| {
        recorder.write_file(&path, &data, append)
    })?;
    Ok(JsValue::from(done))
}

/// `[kind, size, mode]`, kind being one for a file and two for a folder; nothing when nothing is there.
fn stat(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let found = with(context, true, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        let leaf = recorder
            .tree
            .leaf(&path)
            .map(|leaf| (1, leaf.bytes.len(), leaf.mode));
        let found = leaf.or_else(|| recorder.tree.is_folder(&path).then_some((2, 4096, 0o755)));
        let home = normalise(&recorder.persona.home(), "/");
        if !recorder.inside(&path) && path.starts_with(&home) {
            let shown = recorder.shown(&path);
            recorder.gate(&format!("exists {shown}"));
        }
        found
    })?;
    let Some((kind, size, mode)) = found else {
        return Ok(JsValue::undefined());
    };
    let array = boa_engine::object::builtins::JsArray::new(context)?;
    array.push(JsValue::from(kind), context)?;
    array.push(JsValue::from(u32::try_from(size).unwrap_or(u32::MAX)), context)?;
    array.push(JsValue::from(mode), context)?;
    Ok(array.into())
}

fn folder(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let names = with(context, true, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        let names = recorder.tree.list(&path);
        let action = Action::FolderListed {
            path: recorder.shown(&path),
            found: names.is_some(),
        };
        recorder.note_once(format!("list {path}"), action);
        names
    })?;
    match names {
        Some(names) => list(&names, context),
        None => Ok(JsValue::undefined()),
    }
}

fn make(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    with(context, true, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        if !recorder.tree.is_folder(&path) {
            recorder.tree.folder(path);
        }
    })?;
    Ok(JsValue::undefined())
}

fn remove(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let recursive = flag(arguments, 1);
    let found = with(context, true, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        recorder.change_file(&path, if recursive { "remove-all" } else { "remove" }, "");
        recorder.tree.remove(&path)
    })?;
    Ok(JsValue::from(found))
}

fn rename(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (from, to, copy) = (text(arguments, 0), text(arguments, 1), flag(arguments, 2));
    let found = with(context, true, |mut recorder| {
        let (from, to) = (
            normalise(&from, &recorder.folder),
            normalise(&to, &recorder.folder),
        );
        recorder.change_file(&from, if copy { "copy" } else { "rename" }, &to);
        recorder.tree.rename(&from, &to, copy)
    })?;
    Ok(JsValue::from(found))
}

fn link(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (target, path) = (text(arguments, 0), text(arguments, 1));
    with(context, true, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        let target = normalise(&target, &crate::stage::folder_of(&path));
        recorder.change_file(&path, "link", &target);
        recorder.tree.link(path, target);
    })?;
    Ok(JsValue::undefined())
}

fn linked(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let to = with(context, false, |recorder| {
        let path = normalise(&path, &recorder.folder);
        recorder.tree.linked(&path).map(str::to_owned)
    })?;
    Ok(to.map_or(JsValue::undefined(), |to| super::native::string(&to)))
}

fn chmod(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (path, mode) = (text(arguments, 0), whole(arguments, 1));
    with(context, true, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        recorder.change_file(&path, "chmod", "");
        recorder
            .tree
            .chmod(&path, u32::try_from(mode & 0o7777).unwrap_or(0o755));
    })?;
    Ok(JsValue::undefined())
}

fn change_folder(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = text(arguments, 0);
    let seen = with(context, false, |mut recorder| {
        let path = normalise(&path, &recorder.folder);
        recorder.folder.clone_from(&path);
        seen_path(recorder.persona, &path)
    })?;
    Ok(super::native::string(&seen))
}

/// A path in the tree's own form.
fn absolute(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (path, from) = (text(arguments, 0), text(arguments, 1));
    let full = with(context, false, |recorder| {
        let from = if from.is_empty() {
            recorder.folder.clone()
        } else {
            from
        };
        normalise(&path, &from)
    })?;
    Ok(super::native::string(&full))
}
