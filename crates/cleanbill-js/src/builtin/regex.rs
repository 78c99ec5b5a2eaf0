//! Regular expressions, where ours can stand in for theirs.
//! What our engine refuses gives an unknown value.
use std::rc::Rc;

use ::regex::{Captures, Regex, RegexBuilder};

use crate::ir::Name;
use crate::machine::heap::Kind;
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::text::JsStr;

/// Largest compiled expression.
const MOST_SIZE: usize = 1 << 18;
/// Most matches handed to a callback.
const MOST_MATCHES: usize = 20_000;

/// Compiles a pattern of theirs.
pub(crate) fn compile(m: &mut Machine<'_>, source: &str, flags: &str) -> Option<Rc<Regex>> {
    let key = (Name::from(source), Name::from(flags));
    if let Some(have) = m.regexes.get(&key) {
        return have.clone();
    }
    // Compiling costs far more than matching: the budget pays for it, and once only.
    m.charge(2_000 + source.len() * 100);
    let made = build(source, flags).map(Rc::new);
    m.regexes.insert(key, made.clone());
    made
}

fn build(source: &str, flags: &str) -> Option<Regex> {
    if source.len() > 600 {
        return None;
    }
    let source = translate(source);
    RegexBuilder::new(&source)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(MOST_SIZE)
        .unicode(true)
        .build()
        .ok()
}

/// Their grammar in ours: braces that repeat nothing and brackets inside classes stand for themselves.
fn translate(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len() + 8);
    let (mut ix, mut class) = (0, false);
    while let Some(c) = chars.get(ix).copied() {
        let next = chars.get(ix + 1).copied();
        match c {
            '\\' => {
                match next {
                    Some('/') => out.push('/'),
                    Some(n) if n.is_alphanumeric() || n.is_ascii_punctuation() => out.extend(['\\', n]),
                    Some(n) => out.push(n),
                    None => out.push_str("\\\\"),
                }
                ix += 2;
                continue;
            }
            '[' if class => out.push_str("\\["),
            '[' if next == Some('^') && chars.get(ix + 2) == Some(&']') => {
                out.push_str("[\\s\\S]");
                ix += 3;
                continue;
            }
            '[' => {
                class = true;
                out.push(c);
            }
            ']' if class => {
                class = false;
                out.push(c);
            }
            '&' | '~' if class => out.extend(['\\', c]),
            '{' if !class => {
                let body: String = chars
                    .iter()
                    .skip(ix + 1)
                    .take_while(|c| **c != '}')
                    .take(12)
                    .collect();
                let repeats = !body.is_empty()
                    && body.chars().all(|c| c.is_ascii_digit() || c == ',')
                    && body.starts_with(|c: char| c.is_ascii_digit());
                out.push_str(if repeats { "{" } else { "\\{" });
            }
            _ => out.push(c),
        }
        ix += 1;
    }
    out
}

fn of(m: &Machine<'_>, v: &Val) -> Option<(Name, Name)> {
    match &v.v {
        V::Obj(o) => match &m.get(*o)?.kind {
            Kind::Regex(s, f) => Some((s.clone(), f.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// `text.replace(pattern, with)`.
pub(crate) fn replace(
    m: &mut Machine<'_>,
    a: &mut Act,
    s: &Rc<JsStr>,
    all: bool,
    args: &[Val],
    at: u32,
    t: Taint,
) -> Val {
    let (Some(pattern), Some(with)) = (args.first(), args.get(1)) else {
        return Val::new(V::Str(s.clone())).with(&t);
    };
    let text = s.as_str().to_owned();
    let function = m.is_function(with);
    let plain = if function {
        None
    } else {
        m.to_text(with).map(|w| w.as_str().to_owned())
    };
    if !function && plain.is_none() {
        return Val::tainted(t);
    }
    if let Some((source, flags)) = of(m, pattern) {
        let Some(re) = compile(m, &source, &flags) else {
            if function {
                m.run_callbacks(a, std::slice::from_ref(with), &t, at);
            }
            return Val::tainted(t);
        };
        let most = if flags.contains('g') { MOST_MATCHES } else { 1 };
        let mut out = String::with_capacity(text.len());
        let mut last = 0;
        for caps in re.captures_iter(&text).take(most) {
            let Some(whole) = caps.get(0) else { continue };
            out.push_str(text.get(last..whole.start()).unwrap_or_default());
            last = whole.end();
            match &plain {
                Some(with) => out.push_str(&expand(with, &caps)),
                None => {
                    let mut given: Vec<Val> = caps
                        .iter()
                        .map(|c| c.map_or_else(Val::undef, |c| Val::str(c.as_str()).with(&t)))
                        .collect();
                    given.push(Val::num(whole.start() as f64));
                    let v = m.call(a, with, Val::undef(), given, at);
                    out.push_str(m.text_or_hole(&v).as_str());
                    if m.exhausted || out.len() > crate::machine::ops::MOST_TEXT {
                        return Val::tainted(t);
                    }
                }
            }
        }
        out.push_str(text.get(last..).unwrap_or_default());
        return Val::str(out).with(&t);
    }
    let Some(needle) = m.to_text(pattern).filter(|p| !p.has_holes()) else {
        return Val::tainted(t);
    };
    let with = match plain {
        Some(w) => w,
        None => {
            let v = m.call(a, with, Val::undef(), vec![Val::str(needle.as_str())], at);
            m.text_or_hole(&v).as_str().to_owned()
        }
    };
    let out = if all {
        text.replace(needle.as_str(), &with)
    } else {
        text.replacen(needle.as_str(), &with, 1)
    };
    if out.len() > crate::machine::ops::MOST_TEXT {
        return Val::tainted(t);
    }
    Val::str(out).with(&t)
}

fn expand(with: &str, caps: &Captures<'_>) -> String {
    if !with.contains('$') {
        return with.to_owned();
    }
    let mut out = String::new();
    let mut chars = with.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '$' {
            out.push(c);
            continue;
        }
        match chars.peek() {
            Some('$') => {
                out.push('$');
                chars.next();
            }
            Some('&') => {
                out.push_str(caps.get(0).map_or("", |c| c.as_str()));
                chars.next();
            }
            Some(d) if d.is_ascii_digit() => {
                let ix = d.to_digit(10).unwrap_or(0) as usize;
                out.push_str(caps.get(ix).map_or("", |c| c.as_str()));
                chars.next();
            }
            _ => out.push('$'),
        }
    }
    out
}

/// `text.match(pattern)`.
pub(crate) fn matches(m: &mut Machine<'_>, s: &JsStr, pattern: &Val, t: Taint) -> Val {
    let (source, flags) = match of(m, pattern) {
        Some(found) => found,
        None => match m.to_text(pattern) {
            Some(p) if !p.has_holes() => (Name::from(p.as_str()), Name::from("")),
            _ => return Val::tainted(t),
        },
    };
    let Some(re) = compile(m, &source, &flags) else {
        return Val::tainted(t);
    };
    if flags.contains('g') {
        let found: Vec<Val> = re
            .find_iter(s.as_str())
            .take(MOST_MATCHES)
            .map(|f| Val::str(f.as_str()).with(&t))
            .collect();
        return if found.is_empty() {
            Val::new(V::Null)
        } else {
            m.array(found)
        };
    }
    match re.captures(s.as_str()) {
        Some(caps) => {
            let list = caps
                .iter()
                .map(|c| c.map_or_else(Val::undef, |c| Val::str(c.as_str()).with(&t)))
                .collect();
            m.array(list)
        }
        None => Val::new(V::Null),
    }
}

/// A method of a regular expression.
pub(crate) fn method(m: &mut Machine<'_>, recv: &Val, name: &Name, args: &[Val]) -> Option<Val> {
    let (source, flags) = of(m, recv)?;
    let first = args.first()?;
    let t = first.t.clone();
    match name.as_ref() {
        "test" => {
            let text = m.to_text(first).filter(|s| !s.has_holes());
            if text.is_none() {
                return Some(Val::unknown());
            }
            Some(match (text, compile(m, &source, &flags)) {
                (Some(s), Some(re)) => Val::bool(re.is_match(s.as_str())),
                _ => Val::unknown(),
            })
        }
        // Stateful with `g`: a loop over it would never end for us.
        "exec" if flags.contains('g') => Some(Val::tainted(t)),
        "exec" => {
            let text = m.to_text(first).filter(|s| !s.has_holes());
            Some(match text {
                Some(s) => matches(m, &s, recv, t),
                None => Val::tainted(t),
            })
        }
        "toString" => m.to_text(recv).map(|s| Val::new(V::Str(s))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::build;

    #[test]
    fn their_patterns_mean_the_same_here() {
        for (pattern, yes, no) in [
            (
                r#"\w+ *\(\) *{\w+ *['|"].+['|"];? *}"#,
                "function(){return 'newState';}",
                "x",
            ),
            (r"^[^]{3}$", "a\nb", "ab"),
            (r"[[\]]+", "[]", "()"),
            (r"a\/b", "a/b", "ab"),
            (r"(?<n>\d{2,})", "12", "1"),
        ] {
            let re = build(pattern, "").unwrap_or_else(|| panic!("{pattern} compiles"));
            assert!(re.is_match(yes), "{pattern} on {yes}");
            assert!(!re.is_match(no), "{pattern} on {no}");
        }
    }
}
