'use strict';

const { Referencer } = require('./referencer');
const { ScopeManager } = require('./scope-manager');
const { merge } = require('./deep');

const DEFAULTS = { optimistic: false, directive: false, nodejsScope: false, impliedStrict: false, sourceType: 'script', ecmaVersion: 5 };

function analyze(tree, provided) {
  const options = merge({}, DEFAULTS, provided);
  const manager = new ScopeManager(options);
  const referencer = new Referencer(options, manager);
  referencer.visit(tree);
  if (manager.current !== null) throw new Error('scope stack is not balanced');
  return manager;
}

module.exports = { analyze, ScopeManager, Referencer };
