'use strict';
var runtime = require('./runtime');

function getGlobal() {
  if (typeof globalThis !== 'undefined') return globalThis;
  if (typeof self !== 'undefined') return self;
  if (typeof window !== 'undefined') return window;
  if (typeof global !== 'undefined') return global;
  return new Function('return this')();
}

var supportsImport = (function () {
  try {
    new Function('return import("data:text/javascript,")');
    return true;
  } catch (error) {
    return false;
  }
})();

var nodeRequire = typeof module !== 'undefined' && eval('require');

module.exports = { getGlobal: getGlobal, supportsImport: supportsImport, nodeRequire: nodeRequire, runtime: runtime };
