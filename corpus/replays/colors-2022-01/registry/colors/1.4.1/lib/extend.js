module['exports'] = function (styles) {
  function add(name, work) {
    Object.defineProperty(String.prototype, name, { configurable: true, get: function () { return work(this.toString()); } });
  }
  Object.keys(styles).forEach(function (name) {
    if (typeof styles[name] === 'function' && name !== 'rgb') add(name, styles[name]);
  });
};
