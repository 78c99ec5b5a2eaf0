//! Loops that cannot end by their own form: a test that is always true, and nothing inside that leaves.
//! It looks at the tree alone; whether such a loop is reached is for the machine to say.
use crate::ir::{Arg, Bin, Ex, Expr, Key, Pat, Prop, Stmt};

/// Members whose call ends the process, or hands the turn to another thread, which is how workers wait for work.
const LEAVING: &[&str] = &[
    "exit",
    "reallyExit",
    "abort",
    "kill",
    "close",
    "quit",
    "wait",
    "waitAsync",
    "receiveMessageOnPort",
    "postMessage",
    "readSync",
    "spawnSync",
    "execSync",
    "execFileSync",
];
/// Deepest nesting looked into; deeper code counts as code that may leave.
const MOST_DEPTH: u32 = 64;

/// True where the loop goes round for ever once it is entered.
pub(crate) fn never_ends(test: Option<&Expr>, update: Option<&Expr>, body: &Stmt) -> bool {
    test.is_none_or(is_always)
        && !test.is_some_and(|e| expr(e, 0))
        && !update.is_some_and(|e| expr(e, 0))
        && !stmt(body, false, 0)
}

/// A test made of constants alone, or a count towards infinity; that it is true is seen when it runs.
fn is_always(test: &Expr) -> bool {
    match &test.ex {
        Ex::Binary(Bin::Lt | Bin::Le | Bin::Ne | Bin::SNe, left, right) if is_infinity(right) => {
            matches!(left.ex, Ex::Var(_)) || constant(left, 0)
        }
        Ex::Binary(Bin::Gt | Bin::Ge | Bin::Ne | Bin::SNe, left, right) if is_infinity(left) => {
            matches!(right.ex, Ex::Var(_)) || constant(right, 0)
        }
        _ => constant(test, 0),
    }
}

fn is_infinity(e: &Expr) -> bool {
    match &e.ex {
        Ex::Global(name) => name.as_ref() == "Infinity",
        Ex::Member(_, name) => name.as_ref() == "POSITIVE_INFINITY",
        Ex::Num(n) => n.is_infinite(),
        Ex::Binary(Bin::Div, one, zero) => {
            matches!(one.ex, Ex::Num(n) if n > 0.0) && matches!(zero.ex, Ex::Num(n) if n == 0.0)
        }
        _ => false,
    }
}

fn constant(e: &Expr, depth: u32) -> bool {
    if depth > MOST_DEPTH {
        return false;
    }
    match &e.ex {
        Ex::Undef | Ex::Null | Ex::Bool(_) | Ex::Num(_) | Ex::Str(_) => true,
        Ex::Array(list) => list.iter().all(|arg| !arg.spread && constant(&arg.e, depth + 1)),
        Ex::Object(list) => list.is_empty(),
        Ex::Unary(_, e) => constant(e, depth + 1),
        Ex::Binary(_, a, b) | Ex::Logical(_, a, b) => constant(a, depth + 1) && constant(b, depth + 1),
        _ => false,
    }
}

/// True when the statement may leave the loop around it; `inner` inside a loop or switch that takes plain breaks.
fn stmt(s: &Stmt, inner: bool, depth: u32) -> bool {
    if depth > MOST_DEPTH {
        return true;
    }
    let next = depth + 1;
    let all = |list: &[Stmt], inner: bool| list.iter().any(|s| stmt(s, inner, next));
    match s {
        Stmt::Expr(e) => expr(e, next),
        Stmt::Decl(_, pat, init) => pattern(pat, next) || init.as_ref().is_some_and(|e| expr(e, next)),
        Stmt::Func(..) => false,
        Stmt::Return(_) | Stmt::Throw(_) => true,
        Stmt::If(test, then, other) => {
            expr(test, next)
                || stmt(then, inner, next)
                || other.as_ref().is_some_and(|s| stmt(s, inner, next))
        }
        Stmt::Loop {
            init,
            test,
            update,
            body,
            ..
        } => {
            init.as_ref().is_some_and(|s| stmt(s, true, next))
                || test.as_ref().is_some_and(|e| expr(e, next))
                || update.as_ref().is_some_and(|e| expr(e, next))
                || stmt(body, true, next)
        }
        Stmt::ForIn(_, right, body) | Stmt::ForOf(_, right, body) => {
            expr(right, next) || stmt(body, true, next)
        }
        Stmt::Block(list) => all(list, inner),
        Stmt::Try(block, handler, finalizer) => {
            all(block, inner)
                || handler.as_ref().is_some_and(|(_, list)| all(list, inner))
                || all(finalizer, inner)
        }
        Stmt::Switch(on, cases) => {
            let tests = cases.iter().filter_map(|(test, _)| test.as_ref());
            expr(on, next)
                || tests.into_iter().any(|e| expr(e, next))
                || cases.iter().any(|(_, list)| all(list, true))
        }
        Stmt::Break(label) => label.is_some() || !inner,
        Stmt::Continue(label) => label.is_some(),
        Stmt::Label(_, body) => stmt(body, inner, next),
    }
}

fn list(args: &[Arg], depth: u32) -> bool {
    args.iter().any(|arg| expr(&arg.e, depth))
}

fn key(key: &Key, depth: u32) -> bool {
    matches!(key, Key::Computed(e) if expr(e, depth))
}

/// Targets that hold expressions of their own are rare enough to count as leaving.
fn pattern(pat: &Pat, depth: u32) -> bool {
    match pat {
        Pat::Var(_) | Pat::Global(_) => false,
        Pat::Member(e) => expr(e, depth),
        Pat::Array(..) | Pat::Object(..) => true,
    }
}

/// True when the expression waits, hands over its turn, or calls something that ends the process.
fn expr(e: &Expr, depth: u32) -> bool {
    if depth > MOST_DEPTH {
        return true;
    }
    let next = depth + 1;
    match &e.ex {
        Ex::Await(_) | Ex::Yield(_) | Ex::Import(_) | Ex::Opaque(_) => true,
        Ex::Undef
        | Ex::Null
        | Ex::Bool(_)
        | Ex::Num(_)
        | Ex::Str(_)
        | Ex::Regex(..)
        | Ex::Var(_)
        | Ex::Global(_)
        | Ex::This
        | Ex::Super
        | Ex::Meta
        | Ex::Func(_)
        | Ex::Class(_) => false,
        Ex::Template(_, parts) | Ex::Seq(parts) => parts.iter().any(|e| expr(e, next)),
        Ex::Array(args) => list(args, next),
        Ex::Object(props) => props.iter().any(|prop| match prop {
            Prop::Key(name, value, _) => key(name, next) || expr(value, next),
            Prop::Spread(value) => expr(value, next),
        }),
        Ex::Member(object, name) => LEAVING.contains(&name.as_ref()) || expr(object, next),
        Ex::Index(object, name) => {
            let leaves = matches!(&name.ex, Ex::Str(s) if LEAVING.contains(&s.as_str()));
            leaves || expr(object, next) || expr(name, next)
        }
        Ex::Call(callee, args) | Ex::New(callee, args) => expr(callee, next) || list(args, next),
        Ex::Unary(_, a) => expr(a, next),
        Ex::Binary(_, a, b) | Ex::Logical(_, a, b) => expr(a, next) || expr(b, next),
        Ex::Cond(a, b, c) => expr(a, next) || expr(b, next) || expr(c, next),
        Ex::Assign(pat, a) | Ex::AssignOp(_, pat, a) | Ex::AssignLogic(_, pat, a) => {
            pattern(pat, next) || expr(a, next)
        }
        Ex::Update { target, .. } => pattern(target, next),
    }
}
