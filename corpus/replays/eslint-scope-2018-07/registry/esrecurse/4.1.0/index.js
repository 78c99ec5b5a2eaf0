'use strict';
class Visitor {
  constructor(visitor) {
    this.visitor = visitor || this;
  }
  visit(node) {
    if (!node) return;
    const method = this.visitor[node.type];
    if (method) method.call(this, node);
    else this.visitChildren(node);
  }
  visitChildren(node) {
    for (const key of Object.keys(node)) [].concat(node[key]).forEach((child) => child && child.type && this.visit(child));
  }
}
exports.Visitor = Visitor;
