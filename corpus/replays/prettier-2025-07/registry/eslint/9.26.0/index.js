'use strict';
class Linter {
  constructor() {
    this.rules = new Map();
  }
  defineRule(id, rule) {
    this.rules.set(id, rule);
  }
  getRules() {
    return this.rules;
  }
}
module.exports = { Linter };
