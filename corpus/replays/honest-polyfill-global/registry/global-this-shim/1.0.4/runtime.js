'use strict';
var runtime = (function (exports) {
  var Op = Object.prototype;
  var hasOwn = Op.hasOwnProperty;
  var iteratorSymbol = (typeof Symbol === 'function' && Symbol.iterator) || '@@iterator';
  function Context() {
    this.prev = 0;
    this.next = 0;
    this.done = false;
    this.value = undefined;
  }
  Context.prototype.abrupt = function (type, value) {
    if (type === 'throw') throw value;
    this.done = true;
    this.value = value;
    return 'end';
  };
  exports.wrap = function (inner) {
    var context = new Context();
    var generator = {
      next: function (value) {
        context.sent = value;
        if (context.done) return { value: undefined, done: true };
        var result = inner.call(null, context);
        return { value: context.done ? context.value : result, done: context.done };
      },
    };
    generator[iteratorSymbol] = function () { return this; };
    return generator;
  };
  exports.keys = function (object) {
    var keys = [];
    for (var key in object) if (hasOwn.call(object, key)) keys.push(key);
    return keys.reverse();
  };
  return exports;
})(typeof module === 'object' ? module.exports : {});
try {
  regeneratorRuntime = runtime;
} catch (accidentalStrictMode) {
  if (typeof globalThis === 'object') globalThis.regeneratorRuntime = runtime;
  else Function('r', 'regeneratorRuntime = r')(runtime);
}
