//! Patterns: what a declaration binds and what an assignment targets.
//! It resolves names; values are not its business.
use oxc_ast::ast::{
    AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern, PropertyKey,
    SimpleAssignmentTarget,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::ir::{Ex, Expr, Key, Pat};

impl<'a> Lower<'a> {
    /// Declares every name of a pattern in the current scope.
    pub(crate) fn declare_pattern(&mut self, pattern: &BindingPattern<'a>) {
        self.each_name(pattern, &mut |lower, name| {
            lower.declare(name);
        });
    }

    pub(crate) fn each_name(&mut self, pattern: &BindingPattern<'a>, f: &mut dyn FnMut(&mut Self, &'a str)) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => f(self, id.name.as_str()),
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    self.each_name(&property.value, f);
                }
                if let Some(rest) = &object.rest {
                    self.each_name(&rest.argument, f);
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for element in array.elements.iter().flatten() {
                    self.each_name(element, f);
                }
                if let Some(rest) = &array.rest {
                    self.each_name(&rest.argument, f);
                }
            }
            BindingPattern::AssignmentPattern(assignment) => self.each_name(&assignment.left, f),
        }
    }

    /// Lowers a declared pattern; the second part is its default.
    pub(crate) fn binding(&mut self, pattern: &BindingPattern<'a>) -> (Pat, Option<Expr>) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => (self.target_name(id.name.as_str()), None),
            BindingPattern::ObjectPattern(object) => {
                let mut props = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    let key = self.key(&property.key, property.computed);
                    let (pat, default) = self.binding(&property.value);
                    props.push((key, pat, default));
                }
                let rest = object
                    .rest
                    .as_ref()
                    .map(|r| Box::new(self.binding(&r.argument).0));
                (Pat::Object(props, rest), None)
            }
            BindingPattern::ArrayPattern(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    items.push(element.as_ref().map(|e| self.binding(e)));
                }
                let rest = array.rest.as_ref().map(|r| Box::new(self.binding(&r.argument).0));
                (Pat::Array(items, rest), None)
            }
            BindingPattern::AssignmentPattern(assignment) => {
                let (pat, _) = self.binding(&assignment.left);
                let default = self.expr(&assignment.right);
                (pat, Some(default))
            }
        }
    }

    pub(crate) fn target_name(&mut self, name: &'a str) -> Pat {
        match self.resolve(name) {
            Some(slot) => Pat::Var(slot),
            None => Pat::Global(self.name(name)),
        }
    }

    pub(crate) fn key(&mut self, key: &PropertyKey<'a>, computed: bool) -> Key {
        match key {
            PropertyKey::StaticIdentifier(id) => Key::Name(self.name(id.name.as_str())),
            PropertyKey::PrivateIdentifier(id) => Key::Name(format!("#{}", id.name.as_str()).into()),
            PropertyKey::StringLiteral(s) if !computed => Key::Name(self.name(s.value.as_str())),
            PropertyKey::NumericLiteral(n) if !computed => Key::Name(crate::text_num(n.value).into()),
            other => match other.as_expression() {
                Some(e) => Key::Computed(Box::new(self.expr(e))),
                None => Key::Name("".into()),
            },
        }
    }

    pub(crate) fn target(&mut self, target: &AssignmentTarget<'a>) -> Pat {
        match target {
            AssignmentTarget::ArrayAssignmentTarget(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    items.push(element.as_ref().map(|e| self.maybe_default(e)));
                }
                let rest = array.rest.as_ref().map(|r| Box::new(self.target(&r.target)));
                Pat::Array(items, rest)
            }
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                let mut props = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    match property {
                        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(p) => {
                            let key = Key::Name(self.name(p.binding.name.as_str()));
                            let pat = self.target_name(p.binding.name.as_str());
                            let default = p.init.as_ref().map(|e| self.expr(e));
                            props.push((key, pat, default));
                        }
                        AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                            let key = self.key(&p.name, p.computed);
                            let (pat, default) = self.maybe_default(&p.binding);
                            props.push((key, pat, default));
                        }
                    }
                }
                let rest = object.rest.as_ref().map(|r| Box::new(self.target(&r.target)));
                Pat::Object(props, rest)
            }
            other => match other.as_simple_assignment_target() {
                Some(simple) => self.simple_target(simple),
                None => Pat::Array(Vec::new(), None),
            },
        }
    }

    fn maybe_default(&mut self, target: &AssignmentTargetMaybeDefault<'a>) -> (Pat, Option<Expr>) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with) => {
                let pat = self.target(&with.binding);
                let default = self.expr(&with.init);
                (pat, Some(default))
            }
            other => match other.as_assignment_target() {
                Some(target) => (self.target(target), None),
                None => (Pat::Array(Vec::new(), None), None),
            },
        }
    }

    pub(crate) fn simple_target(&mut self, target: &SimpleAssignmentTarget<'a>) -> Pat {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => self.target_name(id.name.as_str()),
            SimpleAssignmentTarget::TSAsExpression(e) => self.expr_target(&e.expression),
            SimpleAssignmentTarget::TSSatisfiesExpression(e) => self.expr_target(&e.expression),
            SimpleAssignmentTarget::TSNonNullExpression(e) => self.expr_target(&e.expression),
            SimpleAssignmentTarget::TSTypeAssertion(e) => self.expr_target(&e.expression),
            other => match other.as_member_expression() {
                Some(member) => {
                    let at = member.span().start;
                    Pat::Member(Expr {
                        at,
                        ex: self.member(member),
                    })
                }
                None => Pat::Array(Vec::new(), None),
            },
        }
    }

    fn expr_target(&mut self, e: &oxc_ast::ast::Expression<'a>) -> Pat {
        let e = self.expr(e);
        match e.ex {
            Ex::Var(slot) => Pat::Var(slot),
            Ex::Global(name) => Pat::Global(name),
            _ => Pat::Member(e),
        }
    }
}
