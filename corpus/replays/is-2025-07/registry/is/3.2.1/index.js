'use strict';
var toStr = Object.prototype.toString;
var owns = Object.prototype.hasOwnProperty;
var is = {};
is.type = is.a = function (value, type) { return typeof value === type; };
is.defined = function (value) { return typeof value !== 'undefined'; };
is.empty = function (value) {
  var type = toStr.call(value);
  var key;
  if (type === '[object Array]' || type === '[object Arguments]' || type === '[object String]') return value.length === 0;
  if (type === '[object Object]') {
    for (key in value) if (owns.call(value, key)) return false;
    return true;
  }
  return !value;
};
is.equal = function equal(value, other) {
  if (value === other) return true;
  var type = toStr.call(value);
  if (type !== toStr.call(other)) return false;
  if (type === '[object Object]') {
    for (var key in value) if (!(key in other) || !is.equal(value[key], other[key])) return false;
    for (key in other) if (!(key in value)) return false;
    return true;
  }
  if (type === '[object Array]') return value.length === other.length && value.every(function (item, index) { return is.equal(item, other[index]); });
  if (type === '[object Date]') return value.getTime() === other.getTime();
  return false;
};
['Arguments', 'Array', 'Date', 'Error', 'Function', 'Number', 'RegExp', 'String', 'Symbol'].forEach(function (name) {
  is[{ Arguments: 'args', Function: 'fn' }[name] || name.toLowerCase()] = function (value) { return toStr.call(value) === '[object ' + name + ']'; };
});
is.hex = function (value) { return is.string(value) && (!value.length || /^(A-F0-9)+$/i.test(value)); };
is.nan = function (value) { return !is.number(value) || value !== value; };
is.within = function (value, start, finish) { return value >= start && value <= finish; };
module.exports = is;
