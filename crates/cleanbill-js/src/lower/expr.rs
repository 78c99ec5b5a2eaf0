//! Expressions.
//! Types, decorators and optional chaining leave no trace; nothing is evaluated here.
use std::rc::Rc;

use oxc_ast::ast::{
    Argument, ArrayExpressionElement, AssignmentOperator, BinaryOperator, ChainElement, Class, ClassElement,
    Expression, JSXAttributeItem, JSXAttributeValue, JSXChild, JSXElement, JSXExpression, LogicalOperator,
    MemberExpression, MethodDefinitionKind, ObjectPropertyKind, PropertyKind, TemplateLiteral, UnaryOperator,
    UpdateOperator,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::ir::{self, Arg, Bin, ClassMember, Ex, Expr, Logic, Prop, PropKind, Stmt, Un};
use crate::text::JsStr;

fn bin(op: BinaryOperator) -> Bin {
    match op {
        BinaryOperator::Equality => Bin::Eq,
        BinaryOperator::Inequality => Bin::Ne,
        BinaryOperator::StrictEquality => Bin::SEq,
        BinaryOperator::StrictInequality => Bin::SNe,
        BinaryOperator::LessThan => Bin::Lt,
        BinaryOperator::LessEqualThan => Bin::Le,
        BinaryOperator::GreaterThan => Bin::Gt,
        BinaryOperator::GreaterEqualThan => Bin::Ge,
        BinaryOperator::Addition => Bin::Add,
        BinaryOperator::Subtraction => Bin::Sub,
        BinaryOperator::Multiplication => Bin::Mul,
        BinaryOperator::Division => Bin::Div,
        BinaryOperator::Remainder => Bin::Rem,
        BinaryOperator::Exponential => Bin::Pow,
        BinaryOperator::ShiftLeft => Bin::Shl,
        BinaryOperator::ShiftRight => Bin::Shr,
        BinaryOperator::ShiftRightZeroFill => Bin::UShr,
        BinaryOperator::BitwiseOR => Bin::Or,
        BinaryOperator::BitwiseXOR => Bin::Xor,
        BinaryOperator::BitwiseAnd => Bin::And,
        BinaryOperator::In => Bin::In,
        BinaryOperator::Instanceof => Bin::InstanceOf,
    }
}

enum Op {
    Plain,
    Bin(Bin),
    Logic(Logic),
}

fn assign_op(op: AssignmentOperator) -> Op {
    match op {
        AssignmentOperator::Assign => Op::Plain,
        AssignmentOperator::Addition => Op::Bin(Bin::Add),
        AssignmentOperator::Subtraction => Op::Bin(Bin::Sub),
        AssignmentOperator::Multiplication => Op::Bin(Bin::Mul),
        AssignmentOperator::Division => Op::Bin(Bin::Div),
        AssignmentOperator::Remainder => Op::Bin(Bin::Rem),
        AssignmentOperator::Exponential => Op::Bin(Bin::Pow),
        AssignmentOperator::ShiftLeft => Op::Bin(Bin::Shl),
        AssignmentOperator::ShiftRight => Op::Bin(Bin::Shr),
        AssignmentOperator::ShiftRightZeroFill => Op::Bin(Bin::UShr),
        AssignmentOperator::BitwiseOR => Op::Bin(Bin::Or),
        AssignmentOperator::BitwiseXOR => Op::Bin(Bin::Xor),
        AssignmentOperator::BitwiseAnd => Op::Bin(Bin::And),
        AssignmentOperator::LogicalOr => Op::Logic(Logic::Or),
        AssignmentOperator::LogicalAnd => Op::Logic(Logic::And),
        AssignmentOperator::LogicalNullish => Op::Logic(Logic::Nullish),
    }
}

impl<'a> Lower<'a> {
    fn boxed(&mut self, e: &Expression<'a>) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    pub(crate) fn expr(&mut self, e: &Expression<'a>) -> Expr {
        self.count();
        let at = e.span().start;
        let ex = match e {
            Expression::BooleanLiteral(b) => Ex::Bool(b.value),
            Expression::NullLiteral(_) => Ex::Null,
            Expression::NumericLiteral(n) => Ex::Num(n.value),
            // Beyond what a number holds exactly, its arithmetic would be wrong: loops over it would never end.
            Expression::BigIntLiteral(n) => match n.value.as_str().parse::<f64>() {
                Ok(n) if n.abs() < crate::machine::ops::EXACT => Ex::Num(n),
                _ => Ex::Opaque(Vec::new()),
            },
            Expression::RegExpLiteral(r) => Ex::Regex(
                r.regex.pattern.text.as_str().into(),
                r.regex.flags.to_string().into(),
            ),
            Expression::StringLiteral(s) => Ex::Str(Rc::new(JsStr::new(s.value.as_str()))),
            Expression::TemplateLiteral(t) => self.template(t),
            Expression::Identifier(id) => self.ident(id.name.as_str()),
            Expression::Super(_) => Ex::Super,
            Expression::ThisExpression(_) => Ex::This,
            Expression::ImportMeta(_) => Ex::Meta,
            Expression::NewTarget(_) => Ex::Opaque(Vec::new()),
            Expression::ArrayExpression(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    items.push(match element {
                        ArrayExpressionElement::SpreadElement(s) => Arg {
                            spread: true,
                            e: self.expr(&s.argument),
                        },
                        ArrayExpressionElement::Elision(_) => Arg {
                            spread: false,
                            e: Expr { at, ex: Ex::Undef },
                        },
                        other => match other.as_expression() {
                            Some(e) => Arg {
                                spread: false,
                                e: self.expr(e),
                            },
                            None => continue,
                        },
                    });
                }
                Ex::Array(items)
            }
            Expression::ObjectExpression(object) => {
                let mut props = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    props.push(match property {
                        ObjectPropertyKind::SpreadProperty(s) => Prop::Spread(self.expr(&s.argument)),
                        ObjectPropertyKind::ObjectProperty(p) => {
                            let kind = match p.kind {
                                PropertyKind::Init => PropKind::Plain,
                                PropertyKind::Get => PropKind::Get,
                                PropertyKind::Set => PropKind::Set,
                            };
                            let key = self.key(&p.key, p.computed);
                            Prop::Key(key, self.expr(&p.value), kind)
                        }
                    });
                }
                Ex::Object(props)
            }
            Expression::ArrowFunctionExpression(f) => Ex::Func(self.arrow(f)),
            Expression::FunctionExpression(f) => Ex::Func(self.function(f)),
            Expression::ClassExpression(c) => Ex::Class(self.class(c)),
            Expression::AssignmentExpression(a) => {
                let target = Box::new(self.target(&a.left));
                let value = self.boxed(&a.right);
                match assign_op(a.operator) {
                    Op::Plain => Ex::Assign(target, value),
                    Op::Bin(op) => Ex::AssignOp(op, target, value),
                    Op::Logic(op) => Ex::AssignLogic(op, target, value),
                }
            }
            Expression::AwaitExpression(e) => Ex::Await(self.boxed(&e.argument)),
            Expression::BinaryExpression(b) => return self.binary_chain(b, at),
            Expression::CallExpression(c) => Ex::Call(self.boxed(&c.callee), self.args(&c.arguments)),
            Expression::ChainExpression(c) => match &c.expression {
                ChainElement::CallExpression(c) => Ex::Call(self.boxed(&c.callee), self.args(&c.arguments)),
                ChainElement::TSNonNullExpression(e) => return self.expr(&e.expression),
                other => match other.as_member_expression() {
                    Some(m) => self.member(m),
                    None => Ex::Undef,
                },
            },
            Expression::ConditionalExpression(c) => Ex::Cond(
                self.boxed(&c.test),
                self.boxed(&c.consequent),
                self.boxed(&c.alternate),
            ),
            Expression::ImportExpression(i) => Ex::Import(self.boxed(&i.source)),
            Expression::LogicalExpression(l) => {
                let op = match l.operator {
                    LogicalOperator::And => Logic::And,
                    LogicalOperator::Or => Logic::Or,
                    LogicalOperator::Coalesce => Logic::Nullish,
                };
                Ex::Logical(op, self.boxed(&l.left), self.boxed(&l.right))
            }
            Expression::NewExpression(n) => Ex::New(self.boxed(&n.callee), self.args(&n.arguments)),
            Expression::ParenthesizedExpression(p) => return self.expr(&p.expression),
            Expression::SequenceExpression(s) => {
                Ex::Seq(s.expressions.iter().map(|e| self.expr(e)).collect())
            }
            Expression::TaggedTemplateExpression(t) => self.tagged(&t.tag, &t.quasi, at),
            Expression::UnaryExpression(u) => {
                let op = match u.operator {
                    UnaryOperator::UnaryPlus => Un::Plus,
                    UnaryOperator::UnaryNegation => Un::Neg,
                    UnaryOperator::LogicalNot => Un::Not,
                    UnaryOperator::BitwiseNot => Un::BitNot,
                    UnaryOperator::Typeof => Un::TypeOf,
                    UnaryOperator::Void => Un::Void,
                    UnaryOperator::Delete => Un::Delete,
                };
                Ex::Unary(op, self.boxed(&u.argument))
            }
            Expression::UpdateExpression(u) => Ex::Update {
                target: Box::new(self.simple_target(&u.argument)),
                up: u.operator == UpdateOperator::Increment,
                prefix: u.prefix,
            },
            Expression::YieldExpression(y) => Ex::Yield(y.argument.as_ref().map(|e| self.boxed(e))),
            Expression::PrivateInExpression(p) => Ex::Opaque(vec![self.expr(&p.right)]),
            Expression::JSXElement(e) => self.jsx(e),
            Expression::JSXFragment(f) => {
                let mut parts = Vec::new();
                self.jsx_children(&f.children, &mut parts);
                Ex::Opaque(parts)
            }
            Expression::TSAsExpression(e) => return self.expr(&e.expression),
            Expression::TSSatisfiesExpression(e) => return self.expr(&e.expression),
            Expression::TSTypeAssertion(e) => return self.expr(&e.expression),
            Expression::TSNonNullExpression(e) => return self.expr(&e.expression),
            Expression::TSInstantiationExpression(e) => return self.expr(&e.expression),
            other => match other.as_member_expression() {
                Some(m) => self.member(m),
                None => Ex::Opaque(Vec::new()),
            },
        };
        Expr { at, ex }
    }

    /// Left-deep chains such as `'a'+'b'+…` are unrolled: they may be tens of thousands long.
    fn binary_chain(&mut self, b: &oxc_ast::ast::BinaryExpression<'a>, at: u32) -> Expr {
        let mut rights = vec![(bin(b.operator), &b.right)];
        let mut left = &b.left;
        while let Expression::BinaryExpression(inner) = left {
            rights.push((bin(inner.operator), &inner.right));
            left = &inner.left;
        }
        let mut out = self.expr(left);
        for (op, right) in rights.into_iter().rev() {
            let right = self.boxed(right);
            out = Expr {
                at,
                ex: Ex::Binary(op, Box::new(out), right),
            };
        }
        out
    }

    pub(crate) fn ident(&mut self, name: &'a str) -> Ex {
        match self.resolve(name) {
            Some(slot) => Ex::Var(slot),
            None if name == "undefined" => Ex::Undef,
            None => Ex::Global(self.name(name)),
        }
    }

    pub(crate) fn member(&mut self, m: &MemberExpression<'a>) -> Ex {
        match m {
            MemberExpression::ComputedMemberExpression(m) => {
                let object = self.boxed(&m.object);
                match &m.expression {
                    Expression::StringLiteral(s) => Ex::Member(object, self.name(s.value.as_str())),
                    other => Ex::Index(object, self.boxed(other)),
                }
            }
            MemberExpression::StaticMemberExpression(m) => {
                Ex::Member(self.boxed(&m.object), self.name(m.property.name.as_str()))
            }
            MemberExpression::PrivateFieldExpression(m) => Ex::Member(
                self.boxed(&m.object),
                format!("#{}", m.field.name.as_str()).into(),
            ),
        }
    }

    fn args(&mut self, args: &oxc_allocator::Vec<'a, Argument<'a>>) -> Vec<Arg> {
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            match arg {
                Argument::SpreadElement(s) => out.push(Arg {
                    spread: true,
                    e: self.expr(&s.argument),
                }),
                other => {
                    if let Some(e) = other.as_expression() {
                        out.push(Arg {
                            spread: false,
                            e: self.expr(e),
                        });
                    }
                }
            }
        }
        out
    }

    fn template(&mut self, t: &TemplateLiteral<'a>) -> Ex {
        let quasis = t
            .quasis
            .iter()
            .map(|q| {
                Rc::new(JsStr::new(
                    q.value
                        .cooked
                        .as_ref()
                        .map_or(q.value.raw.as_str(), |c| c.as_str()),
                ))
            })
            .collect();
        let exprs = t.expressions.iter().map(|e| self.expr(e)).collect();
        Ex::Template(quasis, exprs)
    }

    fn tagged(&mut self, tag: &Expression<'a>, quasi: &TemplateLiteral<'a>, at: u32) -> Ex {
        let callee = self.boxed(tag);
        let strings = quasi
            .quasis
            .iter()
            .map(|q| {
                let text = q
                    .value
                    .cooked
                    .as_ref()
                    .map_or(q.value.raw.as_str(), |c| c.as_str());
                Arg {
                    spread: false,
                    e: Expr {
                        at,
                        ex: Ex::Str(Rc::new(JsStr::new(text))),
                    },
                }
            })
            .collect();
        let mut args = vec![Arg {
            spread: false,
            e: Expr {
                at,
                ex: Ex::Array(strings),
            },
        }];
        for e in &quasi.expressions {
            args.push(Arg {
                spread: false,
                e: self.expr(e),
            });
        }
        Ex::Call(callee, args)
    }

    pub(crate) fn class(&mut self, c: &Class<'a>) -> Rc<ir::Class> {
        let parent = c.heritage.as_ref().map(|h| self.expr(&h.expression));
        let mut ctor = None;
        let mut members = Vec::new();
        for element in &c.body.body {
            match element {
                ClassElement::StaticBlock(block) => {
                    let thunk = self.thunk(block.span.start, |lower| {
                        lower.hoist_vars(&block.body);
                        lower.hoist_block(&block.body);
                        lower.stmts(&block.body)
                    });
                    members.push(ClassMember {
                        key: None,
                        fixed: true,
                        field: true,
                        kind: PropKind::Plain,
                        value: Some(thunk),
                    });
                }
                ClassElement::MethodDefinition(m) => {
                    let func = self.function(&m.value);
                    if m.kind == MethodDefinitionKind::Constructor {
                        ctor = Some(func);
                        continue;
                    }
                    let kind = match m.kind {
                        MethodDefinitionKind::Get => PropKind::Get,
                        MethodDefinitionKind::Set => PropKind::Set,
                        _ => PropKind::Plain,
                    };
                    let key = Some(self.key(&m.key, m.computed));
                    members.push(ClassMember {
                        key,
                        fixed: m.r#static,
                        field: false,
                        kind,
                        value: Some(func),
                    });
                }
                ClassElement::PropertyDefinition(p) => {
                    let key = Some(self.key(&p.key, p.computed));
                    let value = self.field(p.value.as_ref());
                    members.push(ClassMember {
                        key,
                        fixed: p.r#static,
                        field: true,
                        kind: PropKind::Plain,
                        value,
                    });
                }
                ClassElement::AccessorProperty(p) => {
                    let key = Some(self.key(&p.key, p.computed));
                    let value = self.field(p.value.as_ref());
                    members.push(ClassMember {
                        key,
                        fixed: p.r#static,
                        field: true,
                        kind: PropKind::Plain,
                        value,
                    });
                }
                ClassElement::TSIndexSignature(_) => {}
            }
        }
        let self_slot = c.id.as_ref().and_then(|id| self.resolve(id.name.as_str()));
        Rc::new(ir::Class {
            self_slot,
            parent,
            ctor,
            members,
        })
    }

    fn field(&mut self, value: Option<&Expression<'a>>) -> Option<Rc<ir::Func>> {
        let value = value?;
        Some(self.thunk(value.span().start, |lower| {
            vec![Stmt::Return(Some(lower.expr(value)))]
        }))
    }

    fn jsx(&mut self, e: &JSXElement<'a>) -> Ex {
        let mut parts = Vec::new();
        for attribute in &e.opening_element.attributes {
            match attribute {
                JSXAttributeItem::SpreadAttribute(s) => parts.push(self.expr(&s.argument)),
                JSXAttributeItem::Attribute(a) => match &a.value {
                    Some(JSXAttributeValue::ExpressionContainer(c)) => {
                        self.jsx_expr(&c.expression, &mut parts)
                    }
                    Some(JSXAttributeValue::Element(e)) => {
                        let ex = self.jsx(e);
                        parts.push(Expr { at: e.span.start, ex });
                    }
                    _ => {}
                },
            }
        }
        self.jsx_children(&e.children, &mut parts);
        Ex::Opaque(parts)
    }

    fn jsx_expr(&mut self, e: &JSXExpression<'a>, parts: &mut Vec<Expr>) {
        if let Some(e) = e.as_expression() {
            parts.push(self.expr(e));
        }
    }

    fn jsx_children(&mut self, children: &oxc_allocator::Vec<'a, JSXChild<'a>>, parts: &mut Vec<Expr>) {
        for child in children {
            match child {
                JSXChild::Text(_) => {}
                JSXChild::Element(e) => {
                    let ex = self.jsx(e);
                    parts.push(Expr { at: e.span.start, ex });
                }
                JSXChild::Fragment(f) => self.jsx_children(&f.children, parts),
                JSXChild::ExpressionContainer(c) => self.jsx_expr(&c.expression, parts),
                JSXChild::Spread(s) => parts.push(self.expr(&s.expression)),
            }
        }
    }
}
