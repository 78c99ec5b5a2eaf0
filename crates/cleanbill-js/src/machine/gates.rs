//! Questions code asks before it goes on: is this a build machine, whose machine is it, where, and when (ANT-01); and
//! how long it waits first (ANT-02). They are told beside a chain and prove nothing: honest code asks and waits, too.
use std::rc::Rc;

use super::heap::Kind;
use super::marks::Place;
use super::value::V;
use super::{Act, Machine};
use crate::ir::{Arg, Ex, Expr};

/// Milliseconds from which waiting outlasts whoever watches for a moment; retries of clients are shorter.
const LONG_WAIT: f64 = 30_000.0;
/// Gates that hold at once; more say the same.
const MOST_GATES: usize = 16;
/// Variables remembered to hold an answer.
const MOST_ANSWERS: usize = 4_096;
/// Parts of a condition looked at; questions are short.
const MOST_PARTS: u32 = 40;
/// Bytes of a function that is asked, searched for what it asks in turn.
const MOST_BODY: usize = 2_048;

/// Ids of gates: told with a chain, and no step towards a verdict.
pub(crate) const GATES: [&str; 2] = [ASKS, WAITS];
const ASKS: &str = "ANT-01";
const WAITS: &str = "ANT-02";

/// One question, or one wait.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub id: &'static str,
    pub place: Place,
    pub note: String,
}

/// What a member asks for, by kind.
const QUESTIONS: &[(&str, &[&str])] = &[
    (
        "whether this is a build machine",
        &[
            "CI",
            "GITHUB_ACTIONS",
            "CONTINUOUS_INTEGRATION",
            "BUILD_NUMBER",
            "BUILD_ID",
            "RUNNER_OS",
            "GITLAB_CI",
            "JENKINS_URL",
            "TRAVIS",
            "CIRCLECI",
            "CODESPACES",
        ],
    ),
    (
        "which machine this is",
        &[
            "hostname",
            "userInfo",
            "networkInterfaces",
            "cpus",
            "totalmem",
            "COMPUTERNAME",
            "HOSTNAME",
            "USERNAME",
        ],
    ),
    (
        "where this machine stands",
        &[
            "getTimezoneOffset",
            "resolvedOptions",
            "timeZone",
            "LANG",
            "LC_ALL",
            "LANGUAGE",
            "TZ",
        ],
    ),
    (
        "what time it is",
        &[
            "getFullYear",
            "getMonth",
            "getDate",
            "getDay",
            "getHours",
            "getTime",
            "getUTCFullYear",
            "getUTCHours",
        ],
    ),
];

fn question(name: &str) -> Option<&'static str> {
    QUESTIONS
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(words, _)| *words)
}

impl Machine<'_> {
    /// A variable was set to something: an answer is remembered as one.
    pub fn note_answer(&mut self, a: &Act, slot: u32, init: &Expr) {
        if self.lazy || self.turning || self.answers.len() >= MOST_ANSWERS {
            return;
        }
        if !matches!(
            init.ex,
            Ex::Func(_) | Ex::Class(_) | Ex::Str(_) | Ex::Num(_) | Ex::Object(_)
        ) && let Some(words) = self.asked(a, init, &mut { MOST_PARTS })
        {
            let key = (Rc::as_ptr(&a.frame) as usize, slot);
            self.answers.insert(key, (Rc::clone(&a.frame), words));
        }
    }

    /// The gate a condition is, if it is one. It holds until [`Machine::leave_gates`].
    pub fn enter_gate(&mut self, a: &Act, test: &Expr) {
        if self.gates.len() < MOST_GATES
            && let Some(words) = self.asked(a, test, &mut { MOST_PARTS })
        {
            let place = self.place(a, test.at);
            self.gates.push(Gate {
                id: ASKS,
                place,
                note: format!("asks first {words}"),
            });
        }
    }

    pub fn leave_gates(&mut self, down_to: usize) {
        self.gates.truncate(down_to);
    }

    /// What follows waits for a timer, and is behind a gate where that is long.
    pub fn enter_wait(&mut self, place: Place, milliseconds: f64) {
        let long = milliseconds >= LONG_WAIT && milliseconds.is_finite() && self.gates.len() < MOST_GATES;
        if long {
            self.gates.push(Gate {
                id: WAITS,
                place,
                note: format!("waits {} seconds first", (milliseconds / 1_000.0).round()),
            });
        }
    }

    /// What an expression asks the machine, where it does.
    fn asked(&self, a: &Act, e: &Expr, left: &mut u32) -> Option<&'static str> {
        *left = left.checked_sub(1)?;
        match &e.ex {
            Ex::Member(object, name) => match (&object.ex, name.as_ref()) {
                (Ex::Global(global), "now") if global.as_ref() == "Date" => Some("what time it is"),
                (_, name) => question(name).or_else(|| self.asked(a, object, left)),
            },
            Ex::Index(object, key) => {
                let named = match &key.ex {
                    Ex::Str(s) => question(s.as_str()),
                    _ => None,
                };
                named.or_else(|| self.asked(a, object, left))
            }
            Ex::Var(slot) => {
                let mut frame = &a.frame;
                for _ in 0..slot.hops {
                    frame = frame.up.as_ref()?;
                }
                let known = self.answers.get(&(Rc::as_ptr(frame) as usize, slot.ix));
                known.map(|(_, words)| *words).or_else(|| {
                    let value = frame.vars.borrow().get(slot.ix as usize).cloned()?;
                    let V::Obj(obj) = value.v else { return None };
                    let Some(Kind::Func { f, .. }) = self.get(obj).map(|o| &o.kind) else {
                        return None;
                    };
                    let text = &self.sources.get(f.src as usize)?.text;
                    let end = (f.end as usize).min(f.at as usize + MOST_BODY);
                    let body = text.get(f.at as usize..end)?;
                    let mut words = body.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                    words.find_map(question)
                })
            }
            Ex::Call(callee, args) => self
                .asked(a, callee, left)
                .or_else(|| self.asked_in(a, args, left)),
            Ex::New(callee, args) if args.is_empty() => match &callee.ex {
                Ex::Global(name) if name.as_ref() == "Date" => Some("what time it is"),
                _ => None,
            },
            Ex::Unary(_, e) | Ex::Await(e) => self.asked(a, e, left),
            Ex::Binary(_, one, two) | Ex::Logical(_, one, two) => {
                self.asked(a, one, left).or_else(|| self.asked(a, two, left))
            }
            Ex::Cond(test, ..) => self.asked(a, test, left),
            Ex::Array(args) => self.asked_in(a, args, left),
            _ => None,
        }
    }

    fn asked_in(&self, a: &Act, args: &[Arg], left: &mut u32) -> Option<&'static str> {
        args.iter().find_map(|arg| self.asked(a, &arg.e, left))
    }
}
