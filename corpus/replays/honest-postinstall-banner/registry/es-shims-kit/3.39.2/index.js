'use strict';
var globalObject = require('./internals/global');
function define(target, name, value) {
  if (!target[name]) Object.defineProperty(target, name, { configurable: true, writable: true, value: value });
}
define(Array.prototype, 'at', function at(index) {
  var at = Math.trunc(index) || 0;
  return this[at < 0 ? this.length + at : at];
});
define(Object, 'groupBy', function groupBy(items, work) {
  var out = Object.create(null);
  var index = 0;
  for (var item of items) {
    var key = work(item, index++);
    (out[key] = out[key] || []).push(item);
  }
  return out;
});
define(String.prototype, 'isWellFormed', function isWellFormed() {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:[^\uD800-\uDBFF]|^)[\uDC00-\uDFFF]/.test(this);
});
module.exports = globalObject;
