//! Rewrites an ES module into a function body the stage's loader can call, line for line, with live bindings.
//! It knows syntax only; what a specifier names is the loader's business.

use std::{collections::HashMap, fmt::Write as _};

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionExpression, AwaitExpression, Declaration, ExportDefaultDeclarationKind, ForOfStatement,
    Function, IdentifierReference, ImportDeclarationSpecifier, ImportExpression, ImportMeta,
    ModuleExportName, ObjectProperty, PropertyKey, Statement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::{scope::ScopeFlags, symbol::SymbolId};

use crate::limits;

/// A text ready to be a function's body.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub text: String,
    pub is_async: bool,
}

/// Whether brackets nest deeper than a parser that descends by recursion can be trusted with.
pub(crate) fn too_deep(source: &str) -> bool {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    // Chains without brackets descend as well: `a?b:a?b:…`, `!!!!…`, `a=>a=>…`.
    deepest > limits::NESTING || long_prefix_run(source)
}

fn long_prefix_run(source: &str) -> bool {
    let mut run = 0_usize;
    let (mut arrows, mut ends) = (0_usize, 0_usize);
    for pair in source.as_bytes().windows(2) {
        run = if matches!(pair.first(), Some(b'!' | b'~' | b'-' | b'+' | b' ')) {
            run + 1
        } else {
            0
        };
        if run > limits::NESTING && pair != b"  " {
            return true;
        }
        arrows += usize::from(pair == b"=>");
        ends += usize::from(matches!(pair.first(), Some(b';' | b'\n')));
    }
    arrows > limits::NESTING && ends * 8 < arrows
}

/// Whether a text reads as an ES module.
pub(crate) fn looks_like_module(source: &str) -> bool {
    if !source.contains("import") && !source.contains("export") {
        return false;
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::mjs()).parse();
    parsed.diagnostics.is_empty() && parsed.program.body.iter().any(Statement::is_module_declaration)
}

/// Rewrites a text; as a module or as a script, in which only dynamic imports change. Text no parser takes comes
/// back as it was, for the interpreter to refuse.
pub(crate) fn rewrite(source: &str, module: bool) -> Rewritten {
    let unchanged = || Rewritten {
        text: source.to_owned(),
        is_async: false,
    };
    if !module && !source.contains("import") {
        return unchanged();
    }
    let allocator = Allocator::default();
    let kind = if module {
        SourceType::mjs()
    } else {
        SourceType::cjs()
    };
    let parsed = Parser::new(&allocator, source, kind).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return unchanged();
    }
    let built = SemanticBuilder::new().build(&parsed.program);
    let mut rewriter = Rewriter {
        source,
        scoping: built.semantic.scoping(),
        imports: HashMap::new(),
        edits: Vec::new(),
        head: String::new(),
        exports: String::new(),
        modules: 0,
        depth: 0,
        is_async: false,
    };
    for statement in &parsed.program.body {
        rewriter.statement(statement);
    }
    rewriter.visit_program(&parsed.program);
    rewriter.finish(module)
}

struct Rewriter<'a> {
    source: &'a str,
    scoping: &'a Scoping,
    imports: HashMap<SymbolId, String>,
    edits: Vec<(Span, String)>,
    head: String,
    exports: String,
    modules: usize,
    depth: usize,
    is_async: bool,
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

fn exported_name(name: &ModuleExportName<'_>) -> String {
    quoted(&name.name())
}

impl<'a> Rewriter<'a> {
    fn module(&mut self, specifier: &str) -> String {
        let name = format!("__m{}", self.modules);
        self.modules += 1;
        let _ = write!(self.head, "const {name}=__esm({});", quoted(specifier));
        name
    }

    /// Takes a piece out and leaves its line breaks, so that lines keep their numbers.
    fn remove(&mut self, span: Span) {
        let text = self
            .source
            .get(span.start as usize..span.end as usize)
            .unwrap_or("");
        let breaks = text.matches('\n').count();
        self.edits.push((span, format!(";{}", "\n".repeat(breaks))));
    }

    fn export(&mut self, name: &str, value: &str) {
        let _ = write!(self.exports, "{name}:()=>{value},");
    }

    fn statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(import) => {
                let module = self.module(&import.source.value);
                for specifier in import.specifiers.iter().flatten() {
                    let (symbol, text) = match specifier {
                        ImportDeclarationSpecifier::ImportSpecifier(one) => (
                            one.local.symbol_id.get(),
                            format!("{module}[{}]", exported_name(&one.imported)),
                        ),
                        ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => {
                            (one.local.symbol_id.get(), format!("{module}.default"))
                        }
                        ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) => {
                            (one.local.symbol_id.get(), module.clone())
                        }
                    };
                    if let Some(symbol) = symbol {
                        self.imports.insert(symbol, text);
                    }
                }
                self.remove(import.span);
            }
            Statement::ExportAllDeclaration(export) => {
                let module = self.module(&export.source.value);
                match &export.exported {
                    Some(name) => self.export(&exported_name(name), &module),
                    None => {
                        let _ = write!(self.head, "__star({module});");
                    }
                }
                self.remove(export.span);
            }
            Statement::ExportFromDeclaration(export) => {
                let module = self.module(&export.source.value);
                for one in &export.specifiers {
                    self.export(
                        &exported_name(&one.exported),
                        &format!("{module}[{}]", exported_name(&one.local)),
                    );
                }
                self.remove(export.span);
            }
            Statement::ExportNamedDeclaration(export) => {
                for one in &export.specifiers {
                    let imported = match &one.local {
                        ModuleExportName::IdentifierReference(local) => self.imported(local),
                        _ => None,
                    };
                    let value = imported.unwrap_or_else(|| one.local.name().to_string());
                    self.export(&exported_name(&one.exported), &value);
                }
                self.remove(export.span);
            }
            Statement::ExportDeclaration(export) => {
                self.edits.push((
                    Span::new(export.span.start, export.declaration.span().start),
                    String::new(),
                ));
                self.declared(&export.declaration);
            }
            Statement::ExportDefaultDeclaration(export) => {
                let inner = export.declaration.span();
                let named = match &export.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(one) => one.id.as_ref(),
                    ExportDefaultDeclarationKind::ClassDeclaration(one) => one.id.as_ref(),
                    _ => None,
                };
                let before = Span::new(export.span.start, inner.start);
                if let Some(id) = named {
                    self.edits.push((before, String::new()));
                    self.export("default", &id.name);
                } else {
                    self.edits.push((before, "var __default=".to_owned()));
                    self.export("default", "__default");
                }
            }
            _ => {}
        }
    }

    fn declared(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(variables) => {
                for one in &variables.declarations {
                    for id in one.id.get_binding_identifiers() {
                        self.export(&quoted(&id.name), &id.name);
                    }
                }
            }
            Declaration::FunctionDeclaration(one) => {
                if let Some(id) = &one.id {
                    self.export(&quoted(&id.name), &id.name);
                }
            }
            Declaration::ClassDeclaration(one) => {
                if let Some(id) = &one.id {
                    self.export(&quoted(&id.name), &id.name);
                }
            }
            _ => {}
        }
    }

    fn imported(&self, identifier: &IdentifierReference<'a>) -> Option<String> {
        let reference = self.scoping.get_reference(identifier.reference_id.get()?);
        self.imports.get(&reference.symbol_id()?).cloned()
    }

    fn finish(mut self, module: bool) -> Rewritten {
        let mut text = String::with_capacity(self.source.len() + self.head.len() + 64);
        if module {
            let _ = write!(text, "'use strict';__export({{{}}});{}", self.exports, self.head);
        }
        self.edits
            .sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let mut at = 0_usize;
        for (span, new) in &self.edits {
            // A reference inside a removed statement has nothing left to change.
            if (span.start as usize) < at {
                continue;
            }
            text.push_str(self.source.get(at..span.start as usize).unwrap_or(""));
            text.push_str(new);
            at = span.end as usize;
        }
        text.push_str(self.source.get(at..).unwrap_or(""));
        Rewritten {
            text,
            is_async: module && self.is_async,
        }
    }
}

impl<'a> Visit<'a> for Rewriter<'a> {
    fn visit_identifier_reference(&mut self, identifier: &IdentifierReference<'a>) {
        if let Some(text) = self.imported(identifier) {
            self.edits.push((identifier.span, text));
        }
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if property.shorthand
            && let PropertyKey::StaticIdentifier(key) = &property.key
        {
            if let oxc_ast::ast::Expression::Identifier(value) = &property.value
                && let Some(text) = self.imported(value)
            {
                self.edits.push((property.span, format!("{}:{text}", key.name)));
            }
            return;
        }
        walk::walk_object_property(self, property);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        let start = import.span.start;
        self.edits
            .push((Span::new(start, start + 6), "__import".to_owned()));
        walk::walk_import_expression(self, import);
    }

    fn visit_import_meta(&mut self, meta: &ImportMeta) {
        self.edits.push((meta.span, "__meta".to_owned()));
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        self.depth += 1;
        walk::walk_function(self, function, flags);
        self.depth -= 1;
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.depth += 1;
        walk::walk_arrow_function_expression(self, arrow);
        self.depth -= 1;
    }

    fn visit_await_expression(&mut self, wait: &AwaitExpression<'a>) {
        self.is_async |= self.depth == 0;
        walk::walk_await_expression(self, wait);
    }

    fn visit_for_of_statement(&mut self, each: &ForOfStatement<'a>) {
        self.is_async |= each.r#await && self.depth == 0;
        walk::walk_for_of_statement(self, each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_become_live_reads() {
        let out = rewrite(
            "import fs, { join as j } from 'x';\nexport const a = j(fs, { j });\n",
            true,
        );
        assert!(out.text.contains("const __m0=__esm(\"x\");"), "{}", out.text);
        assert!(
            out.text
                .contains("const a = __m0[\"join\"](__m0.default, { j:__m0[\"join\"] })"),
            "{}",
            out.text
        );
        assert!(out.text.contains("\"a\":()=>a"), "{}", out.text);
        assert_eq!(out.text.lines().count(), 2);
    }

    #[test]
    fn exports_of_every_shape() {
        let out = rewrite(
            "export default () => 1\nexport * from 'y'\nexport { z as default2 } from 'w'\n",
            true,
        );
        assert!(out.text.contains("var __default=() => 1"));
        assert!(out.text.contains("__star(__m0)"));
        assert!(out.text.contains("\"default2\":()=>__m1[\"z\"]"));
        let named = rewrite("export default function go() {}\n", true);
        assert!(named.text.contains("default:()=>go"));
    }

    #[test]
    fn waiting_at_the_top_makes_it_async_and_scripts_keep_their_text() {
        assert!(rewrite("const a = await import('x'); import.meta.url", true).is_async);
        assert!(!rewrite("async function f() { await 1 } export {}", true).is_async);
        assert_eq!(rewrite("a = import('x')", false).text, "a = __import('x')");
        assert_eq!(
            rewrite("this is ( no program import", false).text,
            "this is ( no program import"
        );
        assert!(looks_like_module("import 'a'"));
        assert!(!looks_like_module("const important = 1; // export"));
    }

    #[test]
    fn depth_is_refused_before_a_parser_sees_it() {
        assert!(too_deep(&"[".repeat(5000)));
        assert!(too_deep(&"!".repeat(5000)));
        assert!(too_deep(&"a=>".repeat(5000)));
        assert!(!too_deep(&" ".repeat(50_000)));
        assert!(!too_deep(&"f(x);\n".repeat(5000)));
    }
}
