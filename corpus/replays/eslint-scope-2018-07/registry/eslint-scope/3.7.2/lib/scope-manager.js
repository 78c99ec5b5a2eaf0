'use strict';

class Variable {
  constructor(name, scope) {
    this.name = name;
    this.scope = scope;
    this.identifiers = [];
    this.references = [];
    this.defs = [];
  }
}

class Scope {
  constructor(type, block, upper) {
    this.type = type;
    this.block = block;
    this.upper = upper;
    this.set = new Map();
    this.variables = [];
    this.through = [];
    this.left = [];
    this.childScopes = [];
    if (upper) upper.childScopes.push(this);
  }

  define(name, node) {
    let variable = this.set.get(name);
    if (!variable) {
      variable = new Variable(name, this);
      this.set.set(name, variable);
      this.variables.push(variable);
    }
    variable.identifiers.push(node);
    variable.defs.push({ type: this.type, node });
    return variable;
  }

  close() {
    for (const reference of this.left) {
      const variable = this.set.get(reference.name);
      if (variable) {
        reference.resolved = variable;
        variable.references.push(reference);
      } else if (this.upper) this.upper.left.push(reference);
      else this.through.push(reference);
    }
    return this.upper;
  }
}

class ScopeManager {
  constructor(options) {
    this.options = options;
    this.scopes = [];
    this.byNode = new WeakMap();
    this.current = null;
  }

  nest(type, block) {
    const scope = new Scope(type, block, this.current);
    this.scopes.push(scope);
    this.byNode.set(block, (this.byNode.get(block) || []).concat(scope));
    this.current = scope;
    return scope;
  }

  close() {
    this.current = this.current.close();
  }

  acquire(node, inner) {
    const found = this.byNode.get(node);
    if (!found || !found.length) return null;
    return inner ? found[found.length - 1] : found[0];
  }
}

module.exports = { ScopeManager, Scope, Variable };
