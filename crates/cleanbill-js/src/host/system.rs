//! The system as the code sees it: `os`, `path`, `crypto`, `zlib`, `util`, `process`.
//! Identity is marked; everything else is a named hole.
use super::can;
use crate::decode;
use crate::ir::Name;
use crate::machine::heap::Kind;
use crate::machine::marks::Source;
use crate::machine::value::{Obj, Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;
use crate::text;

pub(crate) fn process_call(
    m: &mut Machine<'_>,
    _a: &mut Act,
    path: &str,
    _args: &[Val],
    _at: u32,
) -> Option<Val> {
    Some(match path {
        "process.cwd" => Val::hole(text::CWD),
        "process.hrtime"
        | "process.uptime"
        | "process.memoryUsage"
        | "process.exit"
        | "process.abort"
        | "process.kill" => Val::unknown(),
        "process.getuid" | "process.geteuid" => Val::unknown(),
        "process.on" | "process.once" => return None,
        "process.stdout.write" | "process.stderr.write" => {
            let _ = m;
            Val::unknown()
        }
        _ => return None,
    })
}

pub(crate) fn call(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    let place = m.place(a, at);
    let first = args.first().cloned().unwrap_or_else(Val::undef);
    Some(match path {
        "os.homedir" => Val::hole(text::HOME),
        "os.tmpdir" => Val::hole(text::TMP),
        "os.hostname" | "os.userInfo" | "os.networkInterfaces" => {
            let t = m.mark(
                Source::Fingerprint,
                place,
                format!("`{path}` tells who or where this machine is"),
                Some(path.to_owned()),
            );
            if path == "os.userInfo" {
                let v = m.obj_val(Kind::Plain);
                if let V::Obj(o) = v.v
                    && let Some(o) = m.get_mut(o)
                {
                    o.put("username", Val::tainted(t.clone()));
                    o.put("homedir", Val::hole(text::HOME));
                    o.rest = Val::tainted(t.clone());
                }
                return Some(v.with(&t));
            }
            Val::tainted(t)
        }
        "path.join" | "path.resolve" | "path.normalize" => join(m, args),
        "path.dirname" => match m.to_text(&first) {
            Some(s) => Val::str(s.as_str().rsplit_once('/').map_or(".", |(d, _)| d)).with(&first.t),
            None => Val::tainted(first.t),
        },
        "path.basename" => match m.to_text(&first) {
            Some(s) => {
                let base = s.as_str().rsplit('/').next().unwrap_or_default().to_owned();
                let cut = args
                    .get(1)
                    .and_then(|e| m.to_text(e))
                    .map(|e| base.trim_end_matches(e.as_str()).to_owned());
                Val::str(cut.unwrap_or(base)).with(&first.t)
            }
            None => Val::tainted(first.t),
        },
        "path.extname" => match m.to_text(&first) {
            Some(s) if !s.has_holes() => Val::str(
                s.as_str()
                    .rfind('.')
                    .and_then(|ix| s.as_str().get(ix..))
                    .unwrap_or_default(),
            ),
            _ => Val::unknown(),
        },
        "path.relative" | "path.isAbsolute" | "path.parse" => Val::tainted(first.t),
        "url.fileURLToPath" => match m.to_text(&first) {
            Some(s) => Val::str(s.as_str().trim_start_matches("file://")).with(&first.t),
            None => first,
        },
        "url.pathToFileURL" | "url.parse" | "url.resolve" => first,
        "util.promisify" | "util.callbackify" => first,
        "util.inspect" | "util.format" => {
            let mut t = Taint::none();
            for arg in args {
                t = t
                    .join(&m.deep(arg))
                    .join(&super::secrets::env_inside(m, a, arg, at, "`util.inspect`"));
            }
            Val::tainted(t)
        }
        "crypto.randomBytes" | "crypto.randomUUID" | "crypto.getRandomValues" | "crypto.randomInt" => {
            Val::hole(text::RANDOM)
        }
        "crypto.createHash" | "crypto.createHmac" => {
            can(m, a, Capability::Crypto, at);
            m.obj_val(Kind::Cipher {
                algorithm: "hash".into(),
                key: None,
                iv: None,
                encrypt: true,
            })
        }
        "crypto.createDecipheriv" | "crypto.createCipheriv" => {
            can(m, a, Capability::Crypto, at);
            let algorithm = m.text_or_hole(&first);
            let key = args.get(1).and_then(|v| crate::builtin::bytes::of(m, v));
            let iv = args.get(2).and_then(|v| crate::builtin::bytes::of(m, v));
            let encrypt = path.contains("createC");
            let t = args.iter().fold(Taint::none(), |t, v| t.join(&v.t));
            m.obj_val(Kind::Cipher {
                algorithm: algorithm.as_str().into(),
                key,
                iv,
                encrypt,
            })
            .with(&t)
        }
        "crypto.scryptSync"
        | "crypto.pbkdf2Sync"
        | "crypto.publicEncrypt"
        | "crypto.privateDecrypt"
        | "crypto.sign" => {
            can(m, a, Capability::Crypto, at);
            let t = args.iter().fold(Taint::none(), |t, v| t.join(&m.shallow(v)));
            Val::tainted(t)
        }
        _ if path.starts_with("zlib.") => return zlib(m, a, path, args, at),
        _ => return None,
    })
}

fn zlib(m: &mut Machine<'_>, a: &mut Act, path: &str, args: &[Val], at: u32) -> Option<Val> {
    let first = args.first()?.clone();
    let method = path.rsplit('.').next().unwrap_or(path);
    if method.starts_with("create") {
        return Some(Val::unknown());
    }
    let undoes = method.contains("nflate") && !method.starts_with("deflate")
        || method.contains("unzip")
        || method.contains("ecompress");
    let value = match (undoes, crate::builtin::bytes::of(m, &first)) {
        (true, Some(bytes)) => match decode::inflate(method, &bytes) {
            Some(out) => {
                m.charge(out.len());
                let t = decoded_mark(
                    m,
                    a,
                    at,
                    &format!("`{path}` unpacks a literal"),
                    first.t.clone(),
                    &out,
                );
                m.bytes(out).with(&t)
            }
            None => Val::tainted(first.t.clone()),
        },
        _ => {
            let t = m
                .deep(&first)
                .join(&super::secrets::env_inside(m, a, &first, at, path));
            Val::tainted(t)
        }
    };
    for arg in args.iter().skip(1) {
        if m.is_function(arg) {
            m.call(a, arg, Val::undef(), vec![Val::new(V::Null), value.clone()], at);
        }
    }
    Some(value)
}

/// The mark of something decoded, kept with what it was decoded to.
pub(crate) fn decoded_mark(
    m: &mut Machine<'_>,
    a: &Act,
    at: u32,
    note: &str,
    before: Taint,
    out: &[u8],
) -> Taint {
    // Short constants are everyday; a payload is not.
    if out.len() < 16 {
        return before;
    }
    let place = m.place(a, at);
    let head: String = String::from_utf8_lossy(out.get(..out.len().min(300)).unwrap_or(out)).into_owned();
    let t = m.mark(Source::Decoded, place, note, Some(head));
    before.join(&t)
}

fn join(m: &mut Machine<'_>, args: &[Val]) -> Val {
    let mut t = Taint::none();
    for arg in args {
        t = t.join(&arg.t);
        if let V::Alt(list) = &arg.v {
            // One alternative at a time; the others of the same call stay.
            let list = list.clone();
            let mut out: Option<Val> = None;
            for one in list.iter().take(4) {
                let again: Vec<Val> = args
                    .iter()
                    .map(|x| {
                        if std::ptr::eq(x, arg) {
                            one.clone()
                        } else {
                            x.clone()
                        }
                    })
                    .collect();
                let v = join(m, &again);
                out = Some(match out {
                    Some(have) => crate::machine::value::either(&have, &v),
                    None => v,
                });
            }
            return out.unwrap_or_else(Val::unknown).with(&t);
        }
    }
    let mut out: Vec<String> = Vec::new();
    let mut rooted = false;
    for arg in args {
        let s = m.text_or_hole(arg);
        let s = s.as_str().replace('\\', "/");
        if out.is_empty() && s.starts_with('/') {
            rooted = true;
        }
        for part in s.split('/') {
            match part {
                "" | "." => {}
                ".." if out
                    .last()
                    .is_some_and(|l| l != ".." && !l.chars().any(text::is_hole)) =>
                {
                    out.pop();
                }
                ".." if out.len() == 1
                    && out.first().is_some_and(|f| f.contains(text::hole(text::PACKAGE))) =>
                {
                    out.push("..".to_owned());
                }
                _ => out.push(part.to_owned()),
            }
        }
    }
    let head = if rooted { "/" } else { "" };
    Val::str(format!("{head}{}", out.join("/"))).with(&t)
}

/// A method of a cipher or hash.
/// The detail of text decrypted with a key from elsewhere.
pub(crate) const FOREIGN_KEY: &str = "a key from elsewhere";

pub(crate) fn cipher_method(
    m: &mut Machine<'_>,
    a: &mut Act,
    obj: Obj,
    recv: &Val,
    name: &Name,
    args: &[Val],
    at: u32,
) -> Option<Val> {
    let Some(Kind::Cipher {
        algorithm,
        key,
        iv,
        encrypt,
    }) = m.get(obj).map(|o| o.kind.clone())
    else {
        return None;
    };
    let mut t = args.iter().fold(recv.t.clone(), |t, v| t.join(&m.shallow(v)));
    match name.as_ref() {
        "update" => {
            let input = args.first()?;
            t = t.join(&super::secrets::env_inside(m, a, input, at, "a cipher or hash"));
            if algorithm.as_ref() == "hash" {
                if let Some(o) = m.get_mut(obj) {
                    o.rest = Val {
                        v: V::Undef,
                        t: t.clone(),
                    };
                }
                return Some(recv.clone().with(&t));
            }
            let encoding = args.get(1).and_then(|v| m.to_text(v));
            let bytes = match (m.to_text(input), encoding) {
                (Some(s), Some(e)) if !s.has_holes() && matches!(input.v, V::Str(_)) => {
                    Some(crate::builtin::bytes::encoded(s.as_str(), e.as_str()))
                }
                _ => crate::builtin::bytes::of(m, input),
            };
            let (keyless, known) = (key.is_none(), bytes.as_ref().is_some_and(|b| b.len() >= 32));
            if let (false, Some(bytes), Some(key), Some(iv)) = (encrypt, bytes, key, iv)
                && algorithm.contains("cbc")
                && let Some(plain) = decode::aes_cbc(&key, &iv, &bytes)
            {
                let t = decoded_mark(m, a, at, "a constant key decrypts a literal", t, &plain);
                let out = args.get(2).and_then(|v| m.to_text(v));
                return Some(
                    match out {
                        Some(e) => crate::builtin::bytes::decoded(&plain, e.as_str()),
                        None => m.bytes(plain),
                    }
                    .with(&t),
                );
            }
            if !encrypt && keyless && known {
                let place = m.place(a, at);
                let detail = Some(FOREIGN_KEY.to_owned());
                let note = "a literal is decrypted with a key that is not in the package";
                t = t.join(&m.mark(Source::Decoded, place, note, detail));
            }
            Some(Val::tainted(t))
        }
        "final" => Some(Val::str("")),
        // A digest tells nothing of what went in, except that it stands for it.
        "digest" => {
            let keep: Vec<u32> = t
                .ids()
                .iter()
                .copied()
                .filter(|id| {
                    m.marks
                        .get(*id as usize)
                        .is_some_and(|k| k.source == Source::Fingerprint)
                })
                .collect();
            let t = keep
                .into_iter()
                .fold(Taint::none(), |t, id| t.join(&Taint::one(id)));
            Some(Val::tainted(t))
        }
        "setAutoPadding" | "setAuthTag" => Some(recv.clone()),
        _ => None,
    }
}
