//! The walk over the tree: words in order of evaluation, and a hash for each sub-tree.
//! It gives one form to what can be written in several, and recognises no behaviour.
use super::fold::{Tree, Word, mix, name, together};
use super::operators::{accessor, logic, operator};
use crate::ir::{Arg, Bin, ClassMember, Ex, Expr, Func, Key, Logic, Pat, Prop, Slot, Stmt, Un, Unit};

/// Words a sub-tree must have to be kept: smaller ones are in all code.
const TELLING: u32 = 12;
/// Deepest nesting walked; what lies deeper becomes one word. Some 2 KB of stack a level in a build for testing.
const MOST_NESTING: u32 = 10_000;
/// Names the wrapper around a module brings: `exports`, `require`, `module`, `__filename`, `__dirname`.
const WRAPPER: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// Words and sub-trees of a source.
pub(super) fn walk(unit: &Unit) -> (Vec<u64>, Vec<u64>) {
    let mut walk = Walk {
        words: Vec::new(),
        trees: Vec::new(),
        frames: 1,
        nested: 0,
    };
    let mut out = Vec::new();
    for stmt in &unit.main.body {
        walk.stmt(stmt, &mut out);
    }
    (walk.words, walk.trees)
}

struct Walk {
    words: Vec<u64>,
    trees: Vec<u64>,
    /// Functions around this place, the module's own among them.
    frames: u32,
    nested: u32,
}

/// One side of a branch.
#[derive(Clone, Copy)]
enum Arm<'a> {
    Nothing,
    /// Carried out for its effect.
    Effect(&'a Expr),
    /// The value of the branch.
    Value(&'a Expr),
    Return(&'a Expr),
    Stmt(&'a Stmt),
}

impl Walk {
    /// A word without parts.
    fn leaf(&mut self, word: u64) -> Tree {
        self.words.push(word);
        Tree { hash: word, size: 1 }
    }

    fn word(&mut self, word: Word) -> Tree {
        self.leaf(word.hash())
    }

    /// A word after its parts.
    fn node(&mut self, word: u64, parts: &[Tree]) -> Tree {
        self.words.push(word);
        let mut tree = Tree { hash: word, size: 1 };
        for part in parts {
            tree.hash = mix(tree.hash, part.hash);
            tree.size = tree.size.saturating_add(part.size);
        }
        if tree.size >= TELLING {
            self.trees.push(tree.hash);
        }
        tree
    }

    fn is_too_deep(&mut self) -> bool {
        self.nested >= MOST_NESTING
    }

    fn expr(&mut self, e: &Expr) -> Tree {
        if self.is_too_deep() {
            return self.word(Word::Deep);
        }
        self.nested += 1;
        let tree = self.expr_inside(e);
        self.nested -= 1;
        tree
    }

    fn expr_inside(&mut self, e: &Expr) -> Tree {
        match &e.ex {
            Ex::Undef => self.word(Word::Undefined),
            Ex::Null => self.word(Word::Null),
            Ex::Bool(true) => self.word(Word::True),
            Ex::Bool(false) => self.word(Word::False),
            Ex::Num(_) | Ex::Str(_) | Ex::Regex(..) => self.word(Word::Atom),
            Ex::Template(texts, values) => {
                // `${a}b` is `a + "b"`.
                let mut sum: Option<Tree> = None;
                for (at, text) in texts.iter().enumerate() {
                    if !text.as_str().is_empty() {
                        let text = self.word(Word::Atom);
                        sum = Some(self.added(sum, text));
                    }
                    if let Some(value) = values.get(at) {
                        let value = self.expr(value);
                        sum = Some(self.added(sum, value));
                    }
                }
                sum.unwrap_or_else(|| self.word(Word::Atom))
            }
            Ex::Var(slot) => self.var(*slot),
            Ex::Global(global) => self.leaf(name(global)),
            Ex::This => self.word(Word::This),
            Ex::Super => self.word(Word::Super),
            Ex::Meta => self.word(Word::Meta),
            Ex::Array(items) => self.many(Word::Array.hash(), None, items),
            Ex::Object(props) => self.object(props),
            Ex::Func(func) => self.func(func),
            Ex::Class(class) => {
                let mut parts = vec![match &class.parent {
                    Some(parent) => self.expr(parent),
                    None => self.word(Word::Absent),
                }];
                if let Some(ctor) = &class.ctor {
                    parts.push(self.func(ctor));
                }
                for member in &class.members {
                    parts.push(self.class_member(member));
                }
                self.node(Word::Class.hash(), &parts)
            }
            Ex::Member(object, member) => {
                let object = self.expr(object);
                self.node(mix(Word::Member.hash(), name(member)), &[object])
            }
            Ex::Index(object, index) => {
                let parts = [self.expr(object), self.expr(index)];
                self.node(Word::Index.hash(), &parts)
            }
            Ex::Call(callee, args) => self.many(Word::Call.hash(), Some(callee), args),
            Ex::New(callee, args) => self.many(Word::New.hash(), Some(callee), args),
            Ex::Import(source) => {
                let source = self.expr(source);
                self.node(Word::Import.hash(), &[source])
            }
            Ex::Unary(op, operand) => self.unary(*op, operand),
            Ex::Binary(..) => self.binary(e),
            Ex::Logical(op, a, b) => {
                let parts = [self.expr(a), self.expr(b)];
                self.node(logic(*op), &parts)
            }
            Ex::Cond(test, yes, no) => self.branch(test, Arm::Value(yes), Arm::Value(no)),
            Ex::Assign(target, value) => self.assign(target, value),
            Ex::AssignOp(op, target, value) => {
                let parts = [self.pat(target), self.expr(value)];
                self.node(mix(Word::Assign.hash(), operator(*op).hash()), &parts)
            }
            Ex::AssignLogic(op, target, value) => {
                let parts = [self.pat(target), self.expr(value)];
                self.node(mix(Word::Assign.hash(), logic(*op)), &parts)
            }
            Ex::Update { target, .. } => {
                let target = self.pat(target);
                self.node(Word::Update.hash(), &[target])
            }
            Ex::Seq(list) => {
                let mut out = Vec::new();
                for (at, e) in list.iter().enumerate() {
                    if at + 1 == list.len() {
                        return self.expr(e);
                    }
                    self.effect(e, &mut out);
                }
                self.word(Word::Undefined)
            }
            Ex::Await(inner) => {
                let inner = self.expr(inner);
                self.node(Word::Await.hash(), &[inner])
            }
            Ex::Yield(inner) => {
                let parts: Vec<Tree> = inner.iter().map(|e| self.expr(e)).collect();
                self.node(Word::Yield.hash(), &parts)
            }
            Ex::Opaque(list) => {
                let parts: Vec<Tree> = list.iter().map(|e| self.expr(e)).collect();
                self.node(Word::Opaque.hash(), &parts)
            }
        }
    }

    /// A local name is one like all others, but for those the module's wrapper brings.
    fn var(&mut self, slot: Slot) -> Tree {
        let own = self.frames.saturating_sub(slot.hops) == 1;
        match WRAPPER.get(slot.ix as usize).filter(|_| own) {
            Some(wrapper) => self.leaf(name(wrapper)),
            None => self.word(Word::Atom),
        }
    }

    fn unary(&mut self, op: Un, operand: &Expr) -> Tree {
        let word = match (op, &operand.ex) {
            (Un::Not, Ex::Num(number)) => {
                return self.word(if *number == 0.0 { Word::True } else { Word::False });
            }
            (Un::Void, Ex::Num(_)) => return self.word(Word::Undefined),
            (Un::Neg | Un::Plus, Ex::Num(_)) => return self.word(Word::Atom),
            (Un::Neg | Un::Plus | Un::BitNot, _) => Word::Sign,
            (Un::Not, _) => Word::Not,
            (Un::TypeOf, _) => Word::TypeOf,
            (Un::Void, _) => Word::Undefined,
            (Un::Delete, _) => Word::Delete,
        };
        let operand = self.expr(operand);
        self.node(word.hash(), &[operand])
    }

    /// Left-deep chains are taken apart without recursion: they may be tens of thousands long.
    fn binary(&mut self, e: &Expr) -> Tree {
        let (mut left, mut rights) = (e, Vec::new());
        while let Ex::Binary(op, l, r) = &left.ex {
            rights.push((*op, r));
            left = l;
        }
        let from = self.words.len();
        let mut sum = self.expr(left);
        for (op, right) in rights.into_iter().rev() {
            let middle = self.words.len();
            let right = self.expr(right);
            let word = operator(op);
            let swapped = match op {
                Bin::Gt | Bin::Ge => true,
                // Which side a constant stands on is the minifier's taste.
                Bin::Eq | Bin::SEq | Bin::Ne | Bin::SNe => right.hash < sum.hash,
                _ => false,
            };
            let parts = if swapped {
                if let Some(words) = self.words.get_mut(from..) {
                    words.rotate_left(middle - from);
                }
                [right, sum]
            } else {
                [sum, right]
            };
            sum = self.node(word.hash(), &parts);
        }
        sum
    }

    fn added(&mut self, sum: Option<Tree>, part: Tree) -> Tree {
        match sum {
            Some(sum) => self.node(Word::Add.hash(), &[sum, part]),
            None => part,
        }
    }

    fn many(&mut self, word: u64, first: Option<&Expr>, args: &[Arg]) -> Tree {
        let mut parts = Vec::with_capacity(args.len() + 1);
        if let Some(first) = first {
            parts.push(self.expr(first));
        }
        // Which module is asked for tells more than that one is.
        let asks = first.is_some_and(|callee| self.is_require(callee));
        for arg in args {
            let value = match &arg.e.ex {
                Ex::Str(text) if asks => self.leaf(name(text.as_str())),
                _ => self.expr(&arg.e),
            };
            parts.push(if arg.spread {
                self.node(Word::Spread.hash(), &[value])
            } else {
                value
            });
        }
        self.node(word, &parts)
    }

    fn is_require(&self, callee: &Expr) -> bool {
        match &callee.ex {
            Ex::Var(slot) => slot.ix == 1 && self.frames.saturating_sub(slot.hops) == 1,
            Ex::Global(global) => &**global == "require",
            _ => false,
        }
    }

    fn object(&mut self, props: &[Prop]) -> Tree {
        let mut parts = Vec::with_capacity(props.len());
        for prop in props {
            parts.push(match prop {
                Prop::Spread(e) => {
                    let value = self.expr(e);
                    self.node(Word::Spread.hash(), &[value])
                }
                Prop::Key(key, value, kind) => {
                    let parts = [self.key(key), self.expr(value)];
                    self.node(accessor(*kind, Word::Member), &parts)
                }
            });
        }
        self.node(Word::Object.hash(), &parts)
    }

    fn key(&mut self, key: &Key) -> Tree {
        match key {
            Key::Name(text) => self.leaf(name(text)),
            Key::Computed(e) => match &e.ex {
                Ex::Str(text) => self.leaf(name(text.as_str())),
                _ => self.expr(e),
            },
        }
    }

    fn class_member(&mut self, member: &ClassMember) -> Tree {
        let mut parts = Vec::new();
        if let Some(key) = &member.key {
            parts.push(self.key(key));
        }
        if let Some(value) = &member.value {
            parts.push(self.func(value));
        }
        self.node(accessor(member.kind, Word::Member), &parts)
    }

    fn func(&mut self, func: &Func) -> Tree {
        if self.is_too_deep() {
            return self.word(Word::Deep);
        }
        self.nested += 1;
        self.frames += 1;
        let mut parts = Vec::new();
        for (pat, default) in &func.params {
            let target = self.pat(pat);
            parts.push(match default {
                Some(e) => {
                    let value = self.expr(e);
                    self.node(Word::Assign.hash(), &[target, value])
                }
                None => target,
            });
        }
        if let Some(rest) = &func.rest {
            let rest = self.pat(rest);
            parts.push(self.node(Word::Spread.hash(), &[rest]));
        }
        for stmt in &func.body {
            self.stmt(stmt, &mut parts);
        }
        self.frames -= 1;
        self.nested -= 1;
        self.node(Word::Function.hash(), &parts)
    }

    fn pat(&mut self, pat: &Pat) -> Tree {
        if self.is_too_deep() {
            return self.word(Word::Deep);
        }
        self.nested += 1;
        let tree = match pat {
            Pat::Var(slot) => self.var(*slot),
            Pat::Global(global) => self.leaf(name(global)),
            Pat::Member(e) => self.expr(e),
            Pat::Array(items, rest) => {
                let mut parts = Vec::new();
                for (pat, default) in items.iter().flatten() {
                    self.bound(pat, default.as_ref(), &mut parts);
                }
                if let Some(rest) = rest {
                    self.bound(rest, None, &mut parts);
                }
                self.node(Word::Array.hash(), &parts)
            }
            Pat::Object(items, rest) => {
                let mut parts = Vec::new();
                for (key, pat, default) in items {
                    parts.push(self.key(key));
                    self.bound(pat, default.as_ref(), &mut parts);
                }
                if let Some(rest) = rest {
                    self.bound(rest, None, &mut parts);
                }
                self.node(Word::Object.hash(), &parts)
            }
        };
        self.nested -= 1;
        tree
    }

    fn bound(&mut self, pat: &Pat, default: Option<&Expr>, parts: &mut Vec<Tree>) {
        parts.push(self.pat(pat));
        if let Some(default) = default {
            parts.push(self.expr(default));
        }
    }

    fn assign(&mut self, target: &Pat, value: &Expr) -> Tree {
        let parts = [self.pat(target), self.expr(value)];
        self.node(Word::Assign.hash(), &parts)
    }

    /// A branch, its test without `!`.
    fn branch(&mut self, test: &Expr, yes: Arm<'_>, no: Arm<'_>) -> Tree {
        let (mut test, mut yes, mut no) = (test, yes, no);
        while let Ex::Unary(Un::Not, inner) = &test.ex {
            test = inner;
            (yes, no) = (no, yes);
        }
        let parts = [self.expr(test), self.arm(yes), self.arm(no)];
        self.node(Word::If.hash(), &parts)
    }

    fn arm(&mut self, arm: Arm<'_>) -> Tree {
        let mut out = Vec::new();
        match arm {
            Arm::Nothing => return self.word(Word::Absent),
            Arm::Value(e) => return self.expr(e),
            Arm::Effect(e) => self.effect(e, &mut out),
            Arm::Return(e) => self.returned(e, &mut out),
            Arm::Stmt(stmt) => self.stmt(stmt, &mut out),
        }
        together(&out)
    }

    /// An expression whose value nobody takes.
    fn effect(&mut self, e: &Expr, out: &mut Vec<Tree>) {
        if self.is_too_deep() {
            out.push(self.word(Word::Deep));
            return;
        }
        self.nested += 1;
        match &e.ex {
            Ex::Seq(list) => {
                for e in list {
                    self.effect(e, out);
                }
            }
            Ex::Unary(Un::Not | Un::Void, inner) => self.effect(inner, out),
            Ex::Logical(Logic::And, test, then) => {
                let tree = self.branch(test, Arm::Effect(then), Arm::Nothing);
                out.push(tree);
            }
            Ex::Logical(Logic::Or, test, then) => {
                let tree = self.branch(test, Arm::Nothing, Arm::Effect(then));
                out.push(tree);
            }
            Ex::Cond(test, yes, no) => {
                let tree = self.branch(test, Arm::Effect(yes), Arm::Effect(no));
                out.push(tree);
            }
            _ => out.push(self.expr(e)),
        }
        self.nested -= 1;
    }

    /// What stands before the last comma is a statement of its own.
    fn last<'a>(&mut self, e: &'a Expr, out: &mut Vec<Tree>) -> &'a Expr {
        let mut e = e;
        while let Ex::Seq(list) = &e.ex {
            let Some((last, before)) = list.split_last() else {
                return e;
            };
            for e in before {
                self.effect(e, out);
            }
            e = last;
        }
        e
    }

    fn returned(&mut self, e: &Expr, out: &mut Vec<Tree>) {
        let e = self.last(e, out);
        let tree = match &e.ex {
            Ex::Cond(test, yes, no) => self.branch(test, Arm::Return(yes), Arm::Return(no)),
            _ => {
                let value = self.expr(e);
                self.node(Word::Return.hash(), &[value])
            }
        };
        out.push(tree);
    }

    fn stmt(&mut self, stmt: &Stmt, out: &mut Vec<Tree>) {
        if self.is_too_deep() {
            out.push(self.word(Word::Deep));
            return;
        }
        self.nested += 1;
        self.stmt_inside(stmt, out);
        self.nested -= 1;
    }

    fn stmt_inside(&mut self, stmt: &Stmt, out: &mut Vec<Tree>) {
        let tree = match stmt {
            Stmt::Expr(e) => return self.effect(e, out),
            // A constant may stand where it is used as well, and then its declaration is gone.
            Stmt::Decl(
                _,
                Pat::Var(_),
                Some(Expr {
                    ex: Ex::Str(_) | Ex::Num(_),
                    ..
                }),
            ) => return,
            Stmt::Decl(_, pat, Some(e)) => self.assign(pat, e),
            Stmt::Decl(_, _, None) => return,
            Stmt::Func(_, func) => {
                let parts = [self.word(Word::Atom), self.func(func)];
                self.node(Word::Assign.hash(), &parts)
            }
            Stmt::Return(Some(e)) => return self.returned(e, out),
            Stmt::Return(None) => self.word(Word::Return),
            Stmt::If(test, yes, no) => {
                let test = self.last(test, out);
                let no = no.as_ref().map_or(Arm::Nothing, |no| Arm::Stmt(no));
                self.branch(test, Arm::Stmt(yes), no)
            }
            Stmt::Loop {
                init,
                test,
                update,
                body,
                ..
            } => {
                if let Some(init) = init {
                    self.stmt(init, out);
                }
                let mut parts = Vec::new();
                for e in test.iter().chain(update) {
                    self.effect(e, &mut parts);
                }
                self.stmt(body, &mut parts);
                self.node(Word::Loop.hash(), &parts)
            }
            Stmt::ForIn(pat, e, body) => self.each(Word::ForIn, pat, e, body),
            Stmt::ForOf(pat, e, body) => self.each(Word::ForOf, pat, e, body),
            Stmt::Block(list) => {
                for stmt in list {
                    self.stmt(stmt, out);
                }
                return;
            }
            Stmt::Try(block, handler, finalizer) => {
                let handler = handler.as_ref().map_or(&[][..], |(_, body)| body.as_slice());
                let mut parts = Vec::with_capacity(3);
                for list in [block.as_slice(), handler, finalizer.as_slice()] {
                    let mut inner = Vec::new();
                    for stmt in list {
                        self.stmt(stmt, &mut inner);
                    }
                    parts.push(together(&inner));
                }
                self.node(Word::Try.hash(), &parts)
            }
            Stmt::Throw(e) => {
                let e = self.last(e, out);
                let value = self.expr(e);
                self.node(Word::Throw.hash(), &[value])
            }
            Stmt::Switch(on, cases) => {
                let mut parts = vec![self.expr(on)];
                for (test, body) in cases {
                    let mut inner: Vec<Tree> = test.iter().map(|e| self.expr(e)).collect();
                    for stmt in body {
                        self.stmt(stmt, &mut inner);
                    }
                    parts.push(self.node(Word::Case.hash(), &inner));
                }
                self.node(Word::Switch.hash(), &parts)
            }
            Stmt::Break(_) | Stmt::Continue(_) => self.word(Word::Jump),
            Stmt::Label(_, body) => return self.stmt(body, out),
        };
        out.push(tree);
    }

    fn each(&mut self, word: Word, pat: &Pat, e: &Expr, body: &Stmt) -> Tree {
        let mut parts = vec![self.pat(pat), self.expr(e)];
        self.stmt(body, &mut parts);
        self.node(word.hash(), &parts)
    }
}
