//! Statements, hoisting, and the module's imports and exports.
//! It resolves scopes; which branch runs is the machine's question.
use oxc_ast::ast::{
    BindingPattern, Declaration, ExportDefaultDeclarationKind, ForStatementInit, ForStatementLeft,
    ImportDeclarationSpecifier, ModuleExportName, Statement, TSEnumMemberName, VariableDeclaration,
    VariableDeclarationKind,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::ir::{Bind, Ex, Export, Expr, ImportBinding, Key, Name, Pat, Prop, PropKind, Stmt};

type Stmts<'a> = oxc_allocator::Vec<'a, Statement<'a>>;

impl<'a> Lower<'a> {
    /// Declares every `var` of a function body, nested blocks included.
    pub(crate) fn hoist_vars(&mut self, body: &Stmts<'a>) {
        for stmt in body {
            self.hoist_var(stmt);
        }
    }

    fn var_names(&mut self, decl: &VariableDeclaration<'a>) {
        if decl.kind == VariableDeclarationKind::Var {
            for d in &decl.declarations {
                self.each_name(&d.id, &mut |lower, name| {
                    lower.declare_once(name);
                });
            }
        }
    }

    fn hoist_var(&mut self, stmt: &Statement<'a>) {
        match stmt {
            Statement::VariableDeclaration(d) => self.var_names(d),
            Statement::ExportDeclaration(e) => {
                if let Declaration::VariableDeclaration(d) = &e.declaration {
                    self.var_names(d);
                }
            }
            Statement::BlockStatement(b) => self.hoist_vars(&b.body),
            Statement::IfStatement(s) => {
                self.hoist_var(&s.consequent);
                if let Some(alternate) = &s.alternate {
                    self.hoist_var(alternate);
                }
            }
            Statement::ForStatement(s) => {
                if let Some(ForStatementInit::VariableDeclaration(d)) = &s.init {
                    self.var_names(d);
                }
                self.hoist_var(&s.body);
            }
            Statement::ForInStatement(s) => {
                if let ForStatementLeft::VariableDeclaration(d) = &s.left {
                    self.var_names(d);
                }
                self.hoist_var(&s.body);
            }
            Statement::ForOfStatement(s) => {
                if let ForStatementLeft::VariableDeclaration(d) = &s.left {
                    self.var_names(d);
                }
                self.hoist_var(&s.body);
            }
            Statement::WhileStatement(s) => self.hoist_var(&s.body),
            Statement::DoWhileStatement(s) => self.hoist_var(&s.body),
            Statement::LabeledStatement(s) => self.hoist_var(&s.body),
            Statement::WithStatement(s) => self.hoist_var(&s.body),
            Statement::TryStatement(s) => {
                self.hoist_vars(&s.block.body);
                if let Some(handler) = &s.handler {
                    self.hoist_vars(&handler.body.body);
                }
                if let Some(finalizer) = &s.finalizer {
                    self.hoist_vars(&finalizer.body);
                }
            }
            Statement::SwitchStatement(s) => {
                for case in &s.cases {
                    self.hoist_vars(&case.consequent);
                }
            }
            _ => {}
        }
    }

    /// Declares the lexical and function names of one statement list.
    pub(crate) fn hoist_block(&mut self, body: &Stmts<'a>) {
        for stmt in body {
            match stmt {
                Statement::ImportDeclaration(import) => {
                    for specifier in import.specifiers.iter().flatten() {
                        let local = match specifier {
                            ImportDeclarationSpecifier::ImportSpecifier(s) => &s.local,
                            ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => &s.local,
                            ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => &s.local,
                        };
                        self.declare(local.name.as_str());
                    }
                }
                Statement::ExportDeclaration(e) => self.hoist_declaration(&e.declaration),
                Statement::ExportDefaultDeclaration(e) => match &e.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => {
                        if let Some(id) = &f.id {
                            self.declare_once(id.name.as_str());
                        }
                    }
                    ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                        if let Some(id) = &c.id {
                            self.declare(id.name.as_str());
                        }
                    }
                    _ => {}
                },
                other => {
                    if let Some(d) = other.as_declaration() {
                        self.hoist_declaration(d);
                    }
                }
            }
        }
    }

    fn hoist_declaration(&mut self, d: &Declaration<'a>) {
        match d {
            Declaration::VariableDeclaration(d) if d.kind != VariableDeclarationKind::Var => {
                for d in &d.declarations {
                    self.declare_pattern(&d.id);
                }
            }
            Declaration::FunctionDeclaration(f) => {
                if let Some(id) = &f.id {
                    self.declare_once(id.name.as_str());
                }
            }
            Declaration::ClassDeclaration(c) => {
                if let Some(id) = &c.id {
                    self.declare(id.name.as_str());
                }
            }
            Declaration::TSEnumDeclaration(e) => {
                self.declare_once(e.id.name.as_str());
            }
            Declaration::TSImportEqualsDeclaration(e) => {
                self.declare_once(e.id.name.as_str());
            }
            _ => {}
        }
    }

    /// Lowers a list; function declarations move to its front.
    pub(crate) fn stmts(&mut self, body: &Stmts<'a>) -> Vec<Stmt> {
        let mut out = Vec::with_capacity(body.len());
        for stmt in body {
            let func = match stmt {
                Statement::FunctionDeclaration(f) => Some(f),
                Statement::ExportDeclaration(e) => match &e.declaration {
                    Declaration::FunctionDeclaration(f) => Some(f),
                    _ => None,
                },
                Statement::ExportDefaultDeclaration(e) => match &e.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => Some(f),
                    _ => None,
                },
                _ => None,
            };
            if let Some(f) = func
                && let Some(slot) = f.id.as_ref().and_then(|id| self.resolve(id.name.as_str()))
            {
                let func = self.function(f);
                out.push(Stmt::Func(slot.ix, func));
            }
        }
        for stmt in body {
            if let Some(stmt) = self.stmt(stmt) {
                out.push(stmt);
            }
        }
        out
    }

    fn boxed_stmt(&mut self, stmt: &Statement<'a>) -> Box<Stmt> {
        Box::new(self.stmt(stmt).unwrap_or(Stmt::Block(Vec::new())))
    }

    fn stmt(&mut self, stmt: &Statement<'a>) -> Option<Stmt> {
        Some(match stmt {
            Statement::BlockStatement(b) => Stmt::Block(self.block(&b.body)),
            Statement::BreakStatement(s) => Stmt::Break(s.label.as_ref().map(|l| self.name(l.name.as_str()))),
            Statement::ContinueStatement(s) => {
                Stmt::Continue(s.label.as_ref().map(|l| self.name(l.name.as_str())))
            }
            Statement::DebuggerStatement(_) | Statement::EmptyStatement(_) => return None,
            Statement::ExpressionStatement(s) => Stmt::Expr(self.expr(&s.expression)),
            Statement::ReturnStatement(s) => Stmt::Return(s.argument.as_ref().map(|e| self.expr(e))),
            Statement::ThrowStatement(s) => Stmt::Throw(self.expr(&s.argument)),
            Statement::IfStatement(s) => {
                let test = self.expr(&s.test);
                let then = self.boxed_stmt(&s.consequent);
                let other = s.alternate.as_ref().map(|a| self.boxed_stmt(a));
                Stmt::If(test, then, other)
            }
            Statement::WhileStatement(s) => Stmt::Loop {
                init: None,
                test: Some(self.expr(&s.test)),
                update: None,
                body: self.boxed_stmt(&s.body),
                post: false,
            },
            Statement::DoWhileStatement(s) => {
                let body = self.boxed_stmt(&s.body);
                Stmt::Loop {
                    init: None,
                    test: Some(self.expr(&s.test)),
                    update: None,
                    body,
                    post: true,
                }
            }
            Statement::ForStatement(s) => {
                let mark = self.mark();
                let init = match &s.init {
                    None => None,
                    Some(ForStatementInit::VariableDeclaration(d)) => {
                        if d.kind != VariableDeclarationKind::Var {
                            for d in &d.declarations {
                                self.declare_pattern(&d.id);
                            }
                        }
                        Some(Box::new(self.variables(d)))
                    }
                    Some(other) => other.as_expression().map(|e| Box::new(Stmt::Expr(self.expr(e)))),
                };
                let test = s.test.as_ref().map(|e| self.expr(e));
                let update = s.update.as_ref().map(|e| self.expr(e));
                let body = self.boxed_stmt(&s.body);
                self.release(mark);
                Stmt::Loop {
                    init,
                    test,
                    update,
                    body,
                    post: false,
                }
            }
            Statement::ForInStatement(s) => {
                let right = self.expr(&s.right);
                let mark = self.mark();
                let left = self.for_left(&s.left);
                let body = self.boxed_stmt(&s.body);
                self.release(mark);
                Stmt::ForIn(left, right, body)
            }
            Statement::ForOfStatement(s) => {
                let right = self.expr(&s.right);
                let mark = self.mark();
                let left = self.for_left(&s.left);
                let body = self.boxed_stmt(&s.body);
                self.release(mark);
                Stmt::ForOf(left, right, body)
            }
            Statement::LabeledStatement(s) => {
                let label = self.name(s.label.name.as_str());
                Stmt::Label(label, self.boxed_stmt(&s.body))
            }
            Statement::SwitchStatement(s) => {
                let on = self.expr(&s.discriminant);
                let mark = self.mark();
                for case in &s.cases {
                    self.hoist_block(&case.consequent);
                }
                let cases = s
                    .cases
                    .iter()
                    .map(|c| (c.test.as_ref().map(|e| self.expr(e)), self.stmts(&c.consequent)))
                    .collect();
                self.release(mark);
                Stmt::Switch(on, cases)
            }
            Statement::TryStatement(s) => {
                let block = self.block(&s.block.body);
                let handler = s.handler.as_ref().map(|h| {
                    let mark = self.mark();
                    let param = h.param.as_ref().map(|p| {
                        self.declare_pattern(&p.pattern);
                        self.binding(&p.pattern).0
                    });
                    let body = self.block(&h.body.body);
                    self.release(mark);
                    (param, body)
                });
                let finalizer = s
                    .finalizer
                    .as_ref()
                    .map(|f| self.block(&f.body))
                    .unwrap_or_default();
                Stmt::Try(block, handler, finalizer)
            }
            Statement::WithStatement(s) => {
                let object = Stmt::Expr(self.expr(&s.object));
                let body = self.stmt(&s.body).unwrap_or(Stmt::Block(Vec::new()));
                Stmt::Block(vec![object, body])
            }
            Statement::ImportDeclaration(import) => {
                self.module = true;
                if !import.import_kind.is_type() {
                    self.import(import);
                }
                return None;
            }
            Statement::ExportAllDeclaration(e) => {
                self.module = true;
                if !e.export_kind.is_type() {
                    let exported = e.exported.as_ref().map(|n| self.export_name(n));
                    let source = self.name(e.source.value.as_str());
                    self.exports.push(Export::From {
                        source,
                        name: None,
                        exported,
                        at: e.span.start,
                    });
                }
                return None;
            }
            Statement::ExportFromDeclaration(e) => {
                self.module = true;
                let source = self.name(e.source.value.as_str());
                for s in e.specifiers.iter().filter(|s| !s.export_kind.is_type()) {
                    let name = Some(self.export_name(&s.local));
                    let exported = Some(self.export_name(&s.exported));
                    self.exports.push(Export::From {
                        source: source.clone(),
                        name,
                        exported,
                        at: s.span.start,
                    });
                }
                return None;
            }
            Statement::ExportNamedDeclaration(e) => {
                self.module = true;
                for s in e.specifiers.iter().filter(|s| !s.export_kind.is_type()) {
                    let local = self.export_name(&s.local);
                    let exported = self.export_name(&s.exported);
                    if let Some(slot) = self.resolve(&local) {
                        self.exports.push(Export::Local(exported, slot));
                    }
                }
                return None;
            }
            Statement::ExportDeclaration(e) => {
                self.module = true;
                self.export_declared(&e.declaration);
                return self.declaration(&e.declaration);
            }
            Statement::ExportDefaultDeclaration(e) => {
                self.module = true;
                return self.export_default(&e.declaration);
            }
            Statement::TSExportAssignment(e) => {
                let value = self.expr(&e.expression);
                let object = Expr {
                    at: value.at,
                    ex: self.ident("module"),
                };
                let target = Pat::Member(Expr {
                    at: value.at,
                    ex: Ex::Member(Box::new(object), self.name("exports")),
                });
                Stmt::Expr(Expr {
                    at: value.at,
                    ex: Ex::Assign(Box::new(target), Box::new(value)),
                })
            }
            other => return other.as_declaration().and_then(|d| self.declaration(d)),
        })
    }

    fn export_name(&mut self, name: &ModuleExportName<'a>) -> Name {
        match name {
            ModuleExportName::IdentifierName(n) => self.name(n.name.as_str()),
            ModuleExportName::IdentifierReference(n) => self.name(n.name.as_str()),
            ModuleExportName::StringLiteral(n) => self.name(n.value.as_str()),
        }
    }

    fn import(&mut self, import: &oxc_ast::ast::ImportDeclaration<'a>) {
        let source = self.name(import.source.value.as_str());
        let at = import.span.start;
        let Some(specifiers) = &import.specifiers else {
            self.imports.push(ImportBinding {
                slot: None,
                source,
                name: None,
                at,
            });
            return;
        };
        for specifier in specifiers {
            let (local, name) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) if s.import_kind.is_type() => continue,
                ImportDeclarationSpecifier::ImportSpecifier(s) => {
                    (&s.local, Some(self.export_name(&s.imported)))
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => {
                    (&s.local, Some(self.name("default")))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => (&s.local, None),
            };
            let slot = self.resolve(local.name.as_str()).map(|s| s.ix);
            self.imports.push(ImportBinding {
                slot,
                source: source.clone(),
                name,
                at,
            });
        }
    }

    fn export_declared(&mut self, d: &Declaration<'a>) {
        let mut names = Vec::new();
        match d {
            Declaration::VariableDeclaration(d) => {
                for d in &d.declarations {
                    self.each_name(&d.id, &mut |_, name| names.push(name));
                }
            }
            Declaration::FunctionDeclaration(f) => names.extend(f.id.as_ref().map(|id| id.name.as_str())),
            Declaration::ClassDeclaration(c) => names.extend(c.id.as_ref().map(|id| id.name.as_str())),
            Declaration::TSEnumDeclaration(e) => names.push(e.id.name.as_str()),
            _ => {}
        }
        for name in names {
            if let Some(slot) = self.resolve(name) {
                let exported = self.name(name);
                self.exports.push(Export::Local(exported, slot));
            }
        }
    }

    fn export_default(&mut self, d: &ExportDefaultDeclarationKind<'a>) -> Option<Stmt> {
        let exported = self.name("default");
        let (slot, value) = match d {
            ExportDefaultDeclarationKind::FunctionDeclaration(f) => {
                if let Some(slot) = f.id.as_ref().and_then(|id| self.resolve(id.name.as_str())) {
                    self.exports.push(Export::Local(exported, slot));
                    return None;
                }
                let func = self.function(f);
                (
                    self.declare("*default"),
                    Expr {
                        at: f.span.start,
                        ex: Ex::Func(func),
                    },
                )
            }
            ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                let class = self.class(c);
                let slot = match c.id.as_ref().and_then(|id| self.resolve(id.name.as_str())) {
                    Some(slot) => slot.ix,
                    None => self.declare("*default"),
                };
                (
                    slot,
                    Expr {
                        at: c.span.start,
                        ex: Ex::Class(class),
                    },
                )
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => return None,
            other => {
                let e = self.expr(other.as_expression()?);
                (self.declare("*default"), e)
            }
        };
        let slot = crate::ir::Slot { hops: 0, ix: slot };
        self.exports.push(Export::Local(exported, slot));
        Some(Stmt::Decl(Bind::Lexical, Pat::Var(slot), Some(value)))
    }

    fn variables(&mut self, d: &VariableDeclaration<'a>) -> Stmt {
        let bind = if d.kind == VariableDeclarationKind::Var {
            Bind::Var
        } else {
            Bind::Lexical
        };
        let mut out = Vec::with_capacity(d.declarations.len());
        for d in &d.declarations {
            let init = d.init.as_ref().map(|e| self.expr(e));
            let (pat, _) = self.binding(&d.id);
            out.push(Stmt::Decl(bind, pat, init));
        }
        match out.len() {
            1 => out.pop().unwrap_or(Stmt::Block(Vec::new())),
            _ => Stmt::Block(out),
        }
    }

    fn for_left(&mut self, left: &ForStatementLeft<'a>) -> Pat {
        match left {
            ForStatementLeft::VariableDeclaration(d) => {
                let pattern: Option<&BindingPattern<'a>> = d.declarations.first().map(|d| &d.id);
                match pattern {
                    Some(p) => {
                        if d.kind != VariableDeclarationKind::Var {
                            self.declare_pattern(p);
                        }
                        self.binding(p).0
                    }
                    None => Pat::Array(Vec::new(), None),
                }
            }
            other => match other.as_assignment_target() {
                Some(t) => self.target(t),
                None => Pat::Array(Vec::new(), None),
            },
        }
    }

    fn declaration(&mut self, d: &Declaration<'a>) -> Option<Stmt> {
        match d {
            Declaration::VariableDeclaration(d) => Some(self.variables(d)),
            Declaration::ClassDeclaration(c) => {
                let class = self.class(c);
                let slot = c.id.as_ref().and_then(|id| self.resolve(id.name.as_str()))?;
                let value = Expr {
                    at: c.span.start,
                    ex: Ex::Class(class),
                };
                Some(Stmt::Decl(Bind::Lexical, Pat::Var(slot), Some(value)))
            }
            Declaration::TSEnumDeclaration(e) => {
                let slot = self.resolve(e.id.name.as_str())?;
                let mut props = Vec::new();
                for (ix, member) in e.body.members.iter().enumerate() {
                    let name = match &member.id {
                        TSEnumMemberName::Identifier(id) => self.name(id.name.as_str()),
                        TSEnumMemberName::String(s) => self.name(s.value.as_str()),
                        _ => continue,
                    };
                    let at = member.span().start;
                    let value = match &member.initializer {
                        Some(e) => self.expr(e),
                        None => Expr {
                            at,
                            ex: Ex::Num(ix as f64),
                        },
                    };
                    props.push(Prop::Key(Key::Name(name), value, PropKind::Plain));
                }
                let value = Expr {
                    at: e.span.start,
                    ex: Ex::Object(props),
                };
                Some(Stmt::Decl(Bind::Lexical, Pat::Var(slot), Some(value)))
            }
            Declaration::TSImportEqualsDeclaration(e) => {
                let slot = self.resolve(e.id.name.as_str()).map(|s| s.ix);
                if let oxc_ast::ast::TSModuleReference::ExternalModuleReference(r) = &e.module_reference {
                    let source = self.name(r.expression.value.as_str());
                    self.imports.push(ImportBinding {
                        slot,
                        source,
                        name: None,
                        at: e.span.start,
                    });
                }
                None
            }
            _ => None,
        }
    }
}
