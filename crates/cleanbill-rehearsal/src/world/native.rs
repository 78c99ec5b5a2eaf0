//! How native functions read their arguments and reach the recorder.
//! Arguments are primitives and byte arrays: no call back into the code happens while the recorder is held.

use std::cell::RefMut;

use boa_engine::{
    Context, JsNativeError, JsResult, JsString, JsValue,
    error::EngineError,
    object::builtins::{JsArray, JsArrayBuffer, JsTypedArray, JsUint8Array},
};

use crate::recorder::{Backstage, Recorder};

/// The error no script can catch, which ends the process on the stage.
pub(crate) fn the_end() -> boa_engine::JsError {
    EngineError::NoInstructionsRemain.into()
}

/// Counts a call and lends the recorder with the place of the call in it.
pub(crate) fn with<T>(
    context: &mut Context,
    place: bool,
    work: impl FnOnce(RefMut<'_, Recorder>) -> T,
) -> JsResult<T> {
    let backstage: Backstage = super::backstage(context).ok_or_else(the_end)?;
    let site = if place { super::site_of(context) } else { None };
    let mut recorder = backstage.try_borrow_mut().map_err(|_| the_end())?;
    if let Err(reason) = recorder.count_call() {
        recorder.stop(reason);
        return Err(the_end());
    }
    if place {
        recorder.site = site;
    }
    Ok(work(recorder))
}

pub(crate) fn text(arguments: &[JsValue], at: usize) -> String {
    match arguments.get(at) {
        Some(value) => match (value.as_string(), value.as_number()) {
            (Some(text), _) => text.to_std_string_lossy(),
            (None, Some(number)) => number.to_string(),
            (None, None) => value
                .as_boolean()
                .map(|value| value.to_string())
                .unwrap_or_default(),
        },
        None => String::new(),
    }
}

pub(crate) fn number(arguments: &[JsValue], at: usize) -> f64 {
    arguments
        .get(at)
        .and_then(JsValue::as_number)
        .filter(|number| number.is_finite())
        .unwrap_or(0.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range first"
)]
pub(crate) fn whole(arguments: &[JsValue], at: usize) -> u64 {
    number(arguments, at).clamp(0.0, 9.0e15) as u64
}

pub(crate) fn flag(arguments: &[JsValue], at: usize) -> bool {
    arguments.get(at).is_some_and(JsValue::to_boolean)
}

/// Bytes of a byte array, of a buffer, or of a string in UTF-8.
pub(crate) fn bytes(arguments: &[JsValue], at: usize, context: &mut Context) -> JsResult<Vec<u8>> {
    let Some(value) = arguments.get(at) else {
        return Ok(Vec::new());
    };
    if let Some(text) = value.as_string() {
        return Ok(text.to_std_string_lossy().into_bytes());
    }
    let Some(object) = value.as_object() else {
        return Ok(Vec::new());
    };
    if let Ok(array) = JsUint8Array::from_object(object.clone()) {
        return array.to_vec(context);
    }
    if let Ok(buffer) = JsArrayBuffer::from_object(object.clone()) {
        return Ok(buffer.to_vec().unwrap_or_default());
    }
    if let Ok(view) = JsTypedArray::from_object(object) {
        let (offset, length) = (view.byte_offset(context)?, view.byte_length(context)?);
        let buffer = view.buffer(context)?;
        if let Some(buffer) = buffer
            .as_object()
            .and_then(|object| JsArrayBuffer::from_object(object).ok())
        {
            let all = buffer.to_vec().unwrap_or_default();
            return Ok(all
                .get(offset..offset.saturating_add(length))
                .unwrap_or(&[])
                .to_vec());
        }
    }
    Ok(Vec::new())
}

/// The strings of an array of strings.
pub(crate) fn texts(arguments: &[JsValue], at: usize, context: &mut Context) -> JsResult<Vec<String>> {
    /// Longest list of words read.
    const WORDS: u64 = 512;
    let Some(array) = arguments
        .get(at)
        .and_then(JsValue::as_object)
        .and_then(|o| JsArray::from_object(o).ok())
    else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    for index in 0..array.length(context)?.min(WORDS) {
        let value = array.get(index, context)?;
        out.push(text(&[value], 0));
    }
    Ok(out)
}

pub(crate) fn byte_array(bytes: &[u8], context: &mut Context) -> JsResult<JsValue> {
    let mut block = boa_engine::builtins::array_buffer::AlignedVec::new(64);
    block.extend_from_slice(bytes);
    let buffer = JsArrayBuffer::from_byte_block(block, context)?;
    Ok(JsUint8Array::from_array_buffer(buffer, context)?.into())
}

pub(crate) fn string(text: &str) -> JsValue {
    JsString::from(text).into()
}

pub(crate) fn list(words: &[String], context: &mut Context) -> JsResult<JsValue> {
    Ok(JsArray::from_iter(words.iter().map(|word| string(word)), context).into())
}

pub(crate) fn type_error(message: impl Into<String>) -> boa_engine::JsError {
    JsNativeError::typ().with_message(message.into()).into()
}
