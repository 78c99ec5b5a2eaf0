//! A script parsed into the pieces a disguise can touch, and the edits that change its text where it stands.
//! It does not know what an edit is good for; what comes out is parsed again before anyone uses it.
use std::collections::BTreeSet;

use oxc_allocator::{Allocator, ArenaVec};
use oxc_ast::ast::{
    Argument, AssignmentTargetPropertyIdentifier, BindingProperty, CallExpression, Directive,
    ExportAllDeclaration, ExportFromDeclaration, ExportNamedDeclaration, Expression, IdentifierReference,
    ImportDeclaration, ImportExpression, MethodDefinition, NewExpression, ObjectProperty, PropertyDefinition,
    PropertyKey, Statement, StaticMemberExpression, StringLiteral, TaggedTemplateExpression, TemplateLiteral,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan as _, SourceType, Span};

/// A string literal, or a template without holes.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub value: String,
    /// Whether it is the key of a property, which has to be put in brackets to become an expression.
    pub is_key: bool,
}

/// `.name` of a member expression.
#[derive(Clone, Debug)]
pub struct Member {
    /// From the end of the object to the end of the name.
    pub span: Span,
    /// The name.
    pub name: String,
    /// Whether it is `?.name`.
    pub is_optional: bool,
}

/// A binding with every place its name stands.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Where it stands; `true` where it stands for a property's name as well.
    pub places: Vec<(Span, bool)>,
}

/// What a disguise can touch in one script.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// Whether it has `import` or `export`.
    pub is_module: bool,
    /// Whether it returns at its top, which only the body of a function may.
    pub returns_at_top: bool,
    /// Where a statement can be put before all others.
    pub start: u32,
    /// Strings.
    pub texts: Vec<Text>,
    /// Members by name.
    pub members: Vec<Member>,
    /// Arguments of calls.
    pub arguments: Vec<Span>,
    /// `require("x")`, whole, and the x.
    pub requires: Vec<(Span, String)>,
    /// The names of the world that stand alone: `require`, `process`.
    pub globals: Vec<(Span, String)>,
    /// Bindings that may be renamed.
    pub bindings: Vec<Binding>,
}

/// Reads a script.
pub fn read(source: &str) -> Option<Pieces> {
    let allocator = Allocator::default();
    let mut parsed = Parser::new(&allocator, source, SourceType::cjs()).parse();
    let mut is_module = parsed.program.body.iter().any(Statement::is_module_declaration);
    if is_module || parsed.panicked || !parsed.diagnostics.is_empty() {
        parsed = Parser::new(&allocator, source, SourceType::mjs()).parse();
        is_module = true;
    }
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let scratch = Allocator::default();
    let as_script = Parser::new(&scratch, source, SourceType::script()).parse();
    let program = &parsed.program;
    let first = program.body.first().map(|statement| statement.span().start);
    let mut collector = Collector {
        pieces: Pieces {
            is_module,
            returns_at_top: !is_module && !as_script.diagnostics.is_empty(),
            start: first.unwrap_or(program.span.end),
            ..Pieces::default()
        },
        shorthands: BTreeSet::new(),
        references: Vec::new(),
    };
    collector.visit_program(program);
    let built = SemanticBuilder::new().with_build_nodes(true).build(program);
    let scoping = built.semantic.scoping();
    let unresolved: BTreeSet<u32> = ["require", "process"]
        .into_iter()
        .filter_map(|name| scoping.root_unresolved_references().get(name))
        .flat_map(|ids| ids.iter())
        .map(|id| {
            built
                .semantic
                .nodes()
                .kind(scoping.get_reference(*id).node_id())
                .span()
                .start
        })
        .collect();
    let globals = std::mem::take(&mut collector.references).into_iter();
    collector.pieces.globals = globals
        .filter(|(span, _)| unresolved.contains(&span.start) && !collector.shorthands.contains(&span.start))
        .collect();
    for symbol in scoping.symbol_ids() {
        let name = scoping.symbol_name(symbol);
        let at_top = scoping.symbol_scope_id(symbol) == scoping.root_scope_id();
        if name == "arguments" || (is_module && at_top) {
            continue;
        }
        let mut places: BTreeSet<Span> = BTreeSet::from([scoping.symbol_span(symbol)]);
        places.extend(
            scoping
                .symbol_redeclarations(symbol)
                .iter()
                .map(|again| again.span),
        );
        for reference in scoping.get_resolved_references(symbol) {
            places.insert(built.semantic.nodes().kind(reference.node_id()).span());
        }
        let places = places
            .into_iter()
            .map(|span| (span, collector.shorthands.contains(&span.start)))
            .collect();
        collector.pieces.bindings.push(Binding {
            name: name.to_owned(),
            places,
        });
    }
    Some(collector.pieces)
}

/// Whether a text is still a script.
pub fn is_script(source: &str) -> bool {
    read(source).is_some()
}

struct Collector {
    pieces: Pieces,
    shorthands: BTreeSet<u32>,
    references: Vec<(Span, String)>,
}

impl Collector {
    fn key(&mut self, key: &PropertyKey<'_>, is_computed: bool) {
        match key {
            PropertyKey::StringLiteral(text) if !is_computed => self.pieces.texts.push(Text {
                span: text.span,
                value: text.value.to_string(),
                is_key: true,
            }),
            _ => walk::walk_property_key(self, key),
        }
    }

    fn arguments(&mut self, arguments: &ArenaVec<'_, Argument<'_>>) {
        for argument in arguments {
            if !argument.is_spread() {
                self.pieces.arguments.push(argument.span());
            }
        }
    }
}

impl<'a> Visit<'a> for Collector {
    fn visit_directive(&mut self, _: &Directive<'a>) {}
    fn visit_import_declaration(&mut self, _: &ImportDeclaration<'a>) {}
    fn visit_export_all_declaration(&mut self, _: &ExportAllDeclaration<'a>) {}
    fn visit_export_named_declaration(&mut self, _: &ExportNamedDeclaration<'a>) {}
    fn visit_export_from_declaration(&mut self, _: &ExportFromDeclaration<'a>) {}
    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.pieces.texts.push(Text {
            span: it.span,
            value: it.value.to_string(),
            is_key: false,
        });
    }
    fn visit_template_literal(&mut self, it: &TemplateLiteral<'a>) {
        if let ([only], true) = (it.quasis.as_slice(), it.expressions.is_empty())
            && let Some(cooked) = &only.value.cooked
        {
            self.pieces.texts.push(Text {
                span: it.span,
                value: cooked.to_string(),
                is_key: false,
            });
        }
        walk::walk_template_literal(self, it);
    }
    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        self.visit_expression(&it.tag);
        for hole in &it.quasi.expressions {
            self.visit_expression(hole);
        }
    }
    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.shorthand {
            self.shorthands.insert(it.span.start);
        }
        self.key(&it.key, it.computed);
        self.visit_expression(&it.value);
    }
    fn visit_binding_property(&mut self, it: &BindingProperty<'a>) {
        if it.shorthand {
            self.shorthands.insert(it.span.start);
        }
        self.key(&it.key, it.computed);
        self.visit_binding_pattern(&it.value);
    }
    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.shorthands.insert(it.binding.span.start);
        walk::walk_assignment_target_property_identifier(self, it);
    }
    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        if it.computed {
            walk::walk_property_key(self, &it.key);
        }
        self.visit_function(&it.value, oxc_syntax::scope::ScopeFlags::empty());
    }
    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        if it.computed {
            walk::walk_property_key(self, &it.key);
        }
        if let Some(value) = &it.value {
            self.visit_expression(value);
        }
    }
    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        self.pieces.members.push(Member {
            span: Span::new(it.object.span().end, it.property.span.end),
            name: it.property.name.to_string(),
            is_optional: it.optional,
        });
        walk::walk_static_member_expression(self, it);
    }
    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        if matches!(it.name.as_str(), "require" | "process") {
            self.references.push((it.span, it.name.to_string()));
        }
    }
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let required = match (&it.callee, it.arguments.first()) {
            (Expression::Identifier(callee), Some(Argument::StringLiteral(text)))
                if callee.name == "require" =>
            {
                Some(text.value.to_string())
            }
            _ => None,
        };
        match required {
            Some(name) => self.pieces.requires.push((it.span, name)),
            None => self.arguments(&it.arguments),
        }
        walk::walk_call_expression(self, it);
    }
    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.arguments(&it.arguments);
        walk::walk_new_expression(self, it);
    }
    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.visit_expression(&it.source);
    }
}

/// Edits to one text. Insertions at one place keep their order and come before a replacement that starts there.
#[derive(Debug, Default)]
pub struct Edits(Vec<(u32, u32, String)>);

impl Edits {
    /// Puts `text` in the place of `span`.
    pub fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.0.push((span.start, span.end, text.into()));
    }

    /// Puts `text` at `place`.
    pub fn insert(&mut self, place: u32, text: impl Into<String>) {
        self.0.push((place, place, text.into()));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with every edit made; an edit that starts inside the one before is left out.
    pub fn apply(mut self, source: &str) -> String {
        self.0.sort_by_key(|(start, end, _)| (*start, *end));
        let mut text = String::with_capacity(source.len() * 2);
        let mut at = 0_usize;
        for (start, end, new) in &self.0 {
            let (start, end) = (*start as usize, *end as usize);
            if start < at {
                continue;
            }
            text.push_str(source.get(at..start).unwrap_or_default());
            text.push_str(new);
            at = end;
        }
        text.push_str(source.get(at..).unwrap_or_default());
        text
    }
}

/// A text as a JavaScript literal.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text)
        .unwrap_or_default()
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// An expression in the place of a string: in brackets where it is a key, in parentheses where it is a value.
pub fn in_place(text: &Text, expression: &str) -> String {
    if text.is_key {
        format!("[{expression}]")
    } else {
        format!("({expression})")
    }
}
