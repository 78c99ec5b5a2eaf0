'use strict';

class Referencer {
  constructor(options, manager) {
    this.options = options;
    this.manager = manager;
  }

  visit(node) {
    if (!node || typeof node.type !== 'string') return;
    const method = this[node.type];
    if (method) method.call(this, node);
    else this.children(node);
  }

  children(node) {
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (Array.isArray(value)) value.forEach((item) => this.visit(item));
      else if (value && typeof value === 'object') this.visit(value);
    }
  }

  Program(node) {
    this.manager.nest('global', node);
    if (this.options.nodejsScope) this.manager.nest('function', node);
    if (this.options.sourceType === 'module') this.manager.nest('module', node);
    this.children(node);
    while (this.manager.current) this.manager.close();
  }

  FunctionDeclaration(node) {
    this.manager.current.define(node.id.name, node.id);
    this.FunctionExpression(node);
  }

  FunctionExpression(node) {
    const scope = this.manager.nest('function', node);
    for (const parameter of node.params) if (parameter.type === 'Identifier') scope.define(parameter.name, parameter);
    this.visit(node.body);
    this.manager.close();
  }

  VariableDeclarator(node) {
    if (node.id.type === 'Identifier') this.manager.current.define(node.id.name, node.id);
    this.visit(node.init);
  }

  Identifier(node) {
    this.manager.current.left.push({ name: node.name, identifier: node, from: this.manager.current, resolved: null });
  }

  MemberExpression(node) {
    this.visit(node.object);
    if (node.computed) this.visit(node.property);
  }
}

module.exports = { Referencer };
