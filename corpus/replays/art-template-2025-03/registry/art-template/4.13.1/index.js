var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// engine.js
var require_engine = __commonJS({
  "engine.js"(exports2, module2) {
    var cache = {};
    function escapeHtml(text) {
      return String(text).replace(/[&<>"']/g, (letter) => ({ "&": "&#38;", "<": "&#60;", ">": "&#62;", '"': "&#34;", "'": "&#39;" })[letter]);
    }
    function compile(source, options) {
      const settings = Object.assign({ escape: true, cache: true, openTag: "<%", closeTag: "%>" }, options);
      if (settings.cache && cache[source]) return cache[source];
      let body = "let $$out='';with($data){";
      let rest = source;
      for (; ; ) {
        const open = rest.indexOf(settings.openTag);
        if (open === -1) {
          body += "$$out+=" + JSON.stringify(rest) + ";";
          break;
        }
        const close = rest.indexOf(settings.closeTag, open);
        if (close === -1) throw new Error("unclosed tag");
        body += "$$out+=" + JSON.stringify(rest.slice(0, open)) + ";";
        const code = rest.slice(open + settings.openTag.length, close).trim();
        if (code[0] === "=") body += "$$out+=$escape(" + code.slice(1) + ");";
        else if (code[0] === "-") body += "$$out+=(" + code.slice(1) + ");";
        else body += code + "\n";
        rest = rest.slice(close + settings.closeTag.length);
      }
      body += "}return $$out;";
      const render = new Function("$data", "$escape", body);
      const result = (data) => render(data || {}, settings.escape ? escapeHtml : String);
      if (settings.cache) cache[source] = result;
      return result;
    }
    module2.exports = (name, data) => compile(typeof document !== "undefined" && document.getElementById(name) ? document.getElementById(name).innerHTML : name)(data);
    module2.exports.compile = compile;
    module2.exports.render = (source, data, options) => compile(source, options)(data);
  }
});

// entry.js
module.exports = require_engine();
