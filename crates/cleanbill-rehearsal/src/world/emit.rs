//! Takes down what the world reports in a few words: modules, variables, names, sockets, timers, prints.
//! It does not interpret; what left the machine is searched by the recorder.

use boa_engine::{Context, JsResult, JsValue};

use super::{
    Native,
    native::{bytes, flag, string, text, the_end, whole, with},
};
use crate::{
    codec, host,
    trace::{Action, Origin},
};

pub(super) const NATIVES: &[(&str, Native)] = &[
    ("emit", emit),
    ("request", request),
    ("exit", exit),
    ("advance", advance),
    ("environment", environment),
];

fn port(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// `emit(kind, …)`: see each kind for its words.
fn emit(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let kind = text(arguments, 0);
    let (one, two, three) = (text(arguments, 1), text(arguments, 2), text(arguments, 3));
    let short = |word: &str| word.chars().take(300).collect::<String>();
    let data = if kind == "socket" || kind == "code" || kind == "page" {
        bytes(arguments, 2, context)?
    } else {
        Vec::new()
    };
    let number = whole(arguments, 2);
    let number_first = whole(arguments, 1);
    let yes = flag(arguments, 2);
    with(context, true, |mut recorder| match kind.as_str() {
        "module" => recorder.note_once(
            format!("module {one} {two}"),
            Action::ModuleAsked {
                name: short(&one),
                how: two,
                found: three,
            },
        ),
        "env" => {
            let value = recorder.env.get(&one).cloned().unwrap_or_default();
            let secret = host::is_secret_variable(&one) || recorder.canaries.is_secret_name(&value);
            recorder.gate(&format!("env {one}"));
            recorder.note_once(
                format!("env {one}"),
                Action::EnvRead {
                    name: short(&one),
                    secret,
                },
            );
        }
        "env-whole" => recorder.note_once("env".to_owned(), Action::EnvWhole {}),
        "env-set" => {
            recorder.env.insert(one.clone(), two.clone());
            let value = codec::excerpt(two.as_bytes());
            recorder.note_once(
                format!("set {one} {two}"),
                Action::EnvSet {
                    name: short(&one),
                    value,
                },
            );
        }
        "identity" => recorder.note_once(format!("identity {one}"), Action::IdentityRead { what: one }),
        // What the world asks of itself while it is built is nobody's question.
        "gate" if recorder.site.is_none() => {}
        "gate" => recorder.gate(&one),
        "timer" => {
            let delay_ms = number_first;
            recorder.note_once(
                format!("timer {delay_ms} {yes}"),
                Action::TimerSet {
                    delay_ms,
                    repeats: yes,
                },
            );
        }
        "print" => {
            let excerpt = codec::excerpt(two.as_bytes());
            recorder.print(one, excerpt);
        }
        "dns" => {
            let action = Action::DnsQuery {
                name: short(&one),
                record: two,
            };
            recorder.leave(action, &[one.as_bytes()]);
        }
        "connect" => recorder.note(Action::Connected {
            host: short(&one),
            port: port(number),
            protocol: three,
        }),
        "socket" => {
            recorder.leave(
                Action::SocketData {
                    host: short(&one),
                    data: codec::excerpt(&data),
                },
                &[&data],
            );
        }
        "listen" => recorder.note(Action::Listened {
            port: port(number_first),
            protocol: two,
        }),
        "code" => {
            let origin = match one.as_str() {
                "vm" => Origin::Vm,
                "module" => Origin::Module,
                "data" => Origin::DataImport,
                "wasm" => Origin::WebAssembly,
                "process" => Origin::Process,
                _ => Origin::Function,
            };
            let downloaded = recorder.network.marked(&data);
            let bytes = data.len() as u64;
            recorder.note(Action::CodeRun {
                origin,
                excerpt: codec::excerpt(&data),
                bytes,
                downloaded,
            });
        }
        "page" => {
            recorder.leave(
                Action::Page {
                    what: one,
                    detail: codec::excerpt(&data),
                },
                &[&data],
            );
        }
        "missing" => recorder.note_once(format!("missing {one}"), Action::Missing { what: short(&one) }),
        "threw" => recorder.note(Action::Threw {
            message: codec::excerpt(one.as_bytes()),
        }),
        _ => {}
    })?;
    Ok(JsValue::undefined())
}

/// `request(method, url, headers, body)` gives the body of the scripted answer.
fn request(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (method, url, headers) = (text(arguments, 0), text(arguments, 1), text(arguments, 2));
    let body = bytes(arguments, 3, context)?;
    let headers: Vec<String> = headers.lines().map(str::to_owned).collect();
    let answer = with(context, true, |mut recorder| {
        recorder.request(&method, &url, &headers, &body)
    })?;
    let said = super::native::byte_array(&answer.body, context)?;
    let array = boa_engine::object::builtins::JsArray::new(context)?;
    array.push(JsValue::from(i32::from(answer.status)), context)?;
    array.push(string(answer.kind), context)?;
    array.push(said, context)?;
    Ok(array.into())
}

/// `exit(code)` ends the process.
fn exit(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let code = super::native::number(arguments, 0);
    with(context, true, |mut recorder| {
        #[expect(clippy::cast_possible_truncation, reason = "clamped to an exit status first")]
        let code = code.clamp(-255.0, 255.0) as i32;
        recorder.note(Action::Exited { code });
        recorder.exited = true;
    })?;
    Err(the_end())
}

/// The environment as a plain object.
fn environment(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let env = with(context, false, |recorder| serde_json::json!(recorder.env))?;
    JsValue::from_json(&env, context)
}

/// `advance(ms)` takes the virtual time to a moment, or gives it when asked for zero; below zero means too late.
fn advance(_: &JsValue, arguments: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let to = whole(arguments, 0);
    let now = with(context, false, |mut recorder| {
        if to > 0 && !recorder.advance(to) {
            recorder.stop("virtual-time");
            return -1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a date fit")]
        let now = recorder.now_ms as f64;
        now
    })?;
    Ok(JsValue::from(now))
}
