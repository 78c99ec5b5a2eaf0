'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');
const Module = require('module');
const { equal } = require('./deep');

class Runtime {
  constructor(file) {
    this.file = file;
    this.registry = new Map();
    this.mocks = new Map();
    this.tests = [];
    this.context = vm.createContext(Object.assign({}, global, { test: (name, work) => this.tests.push({ name, work }), expect, console, setTimeout, clearTimeout, process: Object.create(process) }));
  }
  require(from, id) {
    if (this.mocks.has(id)) return this.mocks.get(id);
    if (Module.builtinModules.includes(id.replace(/^node:/, ''))) return require(id);
    const file = Module.createRequire(from).resolve(id);
    if (this.registry.has(file)) return this.registry.get(file).exports;
    const unit = { exports: {} };
    this.registry.set(file, unit);
    if (file.endsWith('.json')) unit.exports = JSON.parse(fs.readFileSync(file, 'utf8'));
    else this.evaluate(file, unit);
    return unit.exports;
  }
  evaluate(file, unit) {
    const wrapper = '(function(module,exports,require,__filename,__dirname){' + fs.readFileSync(file, 'utf8') + '\n})';
    const script = new vm.Script(wrapper, { filename: file });
    script.runInContext(this.context)(unit, unit.exports, (id) => this.require(file, id), file, path.dirname(file));
  }
  async run() {
    this.evaluate(this.file, { exports: {} });
    const results = [];
    for (const { name, work } of this.tests) {
      try {
        await work();
        results.push({ name, ok: true });
      } catch (error) {
        results.push({ name, ok: false, error });
      }
    }
    return results;
  }
}

function expect(actual) {
  const check = (ok, text) => { if (!ok) throw new Error(text); };
  return {
    toBe: (wanted) => check(Object.is(actual, wanted), actual + ' is not ' + wanted),
    toEqual: (wanted) => check(equal(actual, wanted), JSON.stringify(actual) + ' does not equal ' + JSON.stringify(wanted)),
    toThrow: () => { let thrown = false; try { actual(); } catch (error) { thrown = true; } check(thrown, 'did not throw'); },
  };
}

module.exports = { Runtime };
