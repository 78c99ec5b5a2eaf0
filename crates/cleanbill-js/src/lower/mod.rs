//! From the parser's tree to ours: scopes resolved, sugar removed.
//! It keeps no reference into the parser's arena and judges nothing.
mod expr;
mod pattern;
mod stmt;

use std::collections::HashMap;
use std::rc::Rc;

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, FormalParameters, Function, Program, Statement,
};

use crate::hash::FxBuild;
use crate::ir::{Export, Expr, Func, ImportBinding, Name, Pat, Slot, Stmt, Unit};

/// State while one source is lowered.
pub(crate) struct Lower<'a> {
    pub src: u32,
    pub next_func: u32,
    names: HashMap<&'a str, Name, FxBuild>,
    bindings: HashMap<&'a str, Vec<(u32, u32)>, FxBuild>,
    undo: Vec<&'a str>,
    frames: Vec<FrameState>,
    pub imports: Vec<ImportBinding>,
    pub exports: Vec<Export>,
    pub module: bool,
}

#[derive(Default)]
struct FrameState {
    slots: u32,
    nodes: u32,
}

/// Lowers a whole program.
pub(crate) fn lower(program: &Program<'_>, src: u32, next_func: &mut u32) -> Unit {
    let mut lower = Lower {
        src,
        next_func: *next_func,
        names: HashMap::default(),
        bindings: HashMap::default(),
        undo: Vec::new(),
        frames: vec![FrameState::default()],
        imports: Vec::new(),
        exports: Vec::new(),
        module: false,
    };
    // CommonJS wrapper names come first, in the order the machine fills them.
    for name in ["exports", "require", "module", "__filename", "__dirname"] {
        lower.declare(name);
    }
    lower.hoist_vars(&program.body);
    lower.hoist_block(&program.body);
    let body = lower.stmts(&program.body);
    let frame = lower.frames.pop().unwrap_or_default();
    let id = lower.take_id();
    *next_func = lower.next_func;
    let main = Func {
        id,
        src,
        at: 0,
        end: program.span.end,
        name: None,
        params: Vec::new(),
        param_names: Vec::new(),
        rest: None,
        body,
        slots: frame.slots,
        self_slot: None,
        arrow: false,
        generator: false,
        size: frame.nodes,
    };
    Unit {
        main: Rc::new(main),
        imports: lower.imports,
        exports: lower.exports,
        module: lower.module,
    }
}

impl<'a> Lower<'a> {
    fn take_id(&mut self) -> u32 {
        self.next_func += 1;
        self.next_func - 1
    }

    pub(crate) fn name(&mut self, text: &'a str) -> Name {
        self.names.entry(text).or_insert_with(|| Rc::from(text)).clone()
    }

    pub(crate) fn declare(&mut self, name: &'a str) -> u32 {
        let depth = self.frames.len() as u32;
        let Some(frame) = self.frames.last_mut() else {
            return 0;
        };
        let slot = frame.slots;
        frame.slots += 1;
        self.bindings.entry(name).or_default().push((depth, slot));
        self.undo.push(name);
        slot
    }

    /// A `var` or function name: one slot a frame, however often declared.
    pub(crate) fn declare_once(&mut self, name: &'a str) -> u32 {
        let depth = self.frames.len() as u32;
        match self.bindings.get(name).and_then(|b| b.last()) {
            Some((d, slot)) if *d == depth => *slot,
            _ => self.declare(name),
        }
    }

    pub(crate) fn resolve(&self, name: &str) -> Option<Slot> {
        let (depth, ix) = self.bindings.get(name)?.last()?;
        Some(Slot {
            hops: self.frames.len() as u32 - depth,
            ix: *ix,
        })
    }

    pub(crate) fn mark(&self) -> usize {
        self.undo.len()
    }

    pub(crate) fn release(&mut self, mark: usize) {
        while self.undo.len() > mark {
            if let Some(name) = self.undo.pop()
                && let Some(stack) = self.bindings.get_mut(name)
            {
                stack.pop();
            }
        }
    }

    pub(crate) fn count(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.nodes += 1;
        }
    }

    pub(crate) fn function(&mut self, f: &Function<'a>) -> Rc<Func> {
        let own =
            f.id.as_ref()
                .filter(|_| f.is_expression())
                .map(|id| id.name.as_str());
        let name = f.id.as_ref().map(|id| id.name.as_str());
        self.closure(
            name,
            own,
            &f.params,
            f.span,
            false,
            f.generator,
            |lower| match &f.body {
                Some(body) => {
                    lower.hoist_vars(&body.statements);
                    lower.hoist_block(&body.statements);
                    lower.stmts(&body.statements)
                }
                None => Vec::new(),
            },
        )
    }

    pub(crate) fn arrow(&mut self, f: &ArrowFunctionExpression<'a>) -> Rc<Func> {
        self.closure(None, None, &f.params, f.span, true, false, |lower| {
            match &f.body {
                ArrowFunctionBody::FunctionBody(body) => {
                    lower.hoist_vars(&body.statements);
                    lower.hoist_block(&body.statements);
                    lower.stmts(&body.statements)
                }
                other => match other.as_expression() {
                    Some(e) => vec![Stmt::Return(Some(lower.expr(e)))],
                    None => Vec::new(),
                },
            }
        })
    }

    /// A function without parameters around `body`: field initialisers and static blocks.
    pub(crate) fn thunk(&mut self, at: u32, body: impl FnOnce(&mut Self) -> Vec<Stmt>) -> Rc<Func> {
        let mark = self.mark();
        self.frames.push(FrameState::default());
        let body = body(self);
        self.release(mark);
        let frame = self.frames.pop().unwrap_or_default();
        let id = self.take_id();
        Rc::new(Func {
            id,
            src: self.src,
            at,
            end: at,
            name: None,
            params: Vec::new(),
            param_names: Vec::new(),
            rest: None,
            body,
            slots: frame.slots,
            self_slot: None,
            arrow: false,
            generator: false,
            size: frame.nodes,
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a function, each used once"
    )]
    fn closure(
        &mut self,
        name: Option<&'a str>,
        own: Option<&'a str>,
        params: &FormalParameters<'a>,
        span: oxc_span::Span,
        arrow: bool,
        generator: bool,
        body: impl FnOnce(&mut Self) -> Vec<Stmt>,
    ) -> Rc<Func> {
        let mark = self.mark();
        self.frames.push(FrameState::default());
        let self_slot = own.map(|n| self.declare(n));
        let mut pats: Vec<(Pat, Option<Expr>)> = Vec::with_capacity(params.items.len());
        let mut param_names = Vec::with_capacity(params.items.len());
        for item in &params.items {
            param_names.push(item.pattern.get_identifier_name().map(|n| self.name(n.as_str())));
            self.declare_pattern(&item.pattern);
        }
        if let Some(rest) = &params.rest {
            self.declare_pattern(&rest.rest.argument);
        }
        for item in &params.items {
            let pat = self.binding(&item.pattern);
            let (pat, inner) = pat;
            let default = item.initializer.as_ref().map(|e| self.expr(e)).or(inner);
            pats.push((pat, default));
        }
        let rest = params.rest.as_ref().map(|r| self.binding(&r.rest.argument).0);
        let body = body(self);
        self.release(mark);
        let frame = self.frames.pop().unwrap_or_default();
        if let Some(outer) = self.frames.last_mut() {
            outer.nodes += 1;
        }
        let id = self.take_id();
        Rc::new(Func {
            id,
            src: self.src,
            at: span.start,
            end: span.end,
            name: name.map(|n| self.name(n)),
            params: pats,
            param_names,
            rest,
            body,
            slots: frame.slots,
            self_slot,
            arrow,
            generator,
            size: frame.nodes,
        })
    }

    pub(crate) fn block(&mut self, body: &oxc_allocator::Vec<'a, Statement<'a>>) -> Vec<Stmt> {
        let mark = self.mark();
        self.hoist_block(body);
        let out = self.stmts(body);
        self.release(mark);
        out
    }
}
