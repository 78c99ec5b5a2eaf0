var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// events.js
var require_events = __commonJS({
  "events.js"(exports2, module2) {
    "use strict";
    var Emitter = class {
      constructor() {
        this.listeners = /* @__PURE__ */ new Map();
        this.limit = 10;
      }
      on(name, listener) {
        if (typeof listener !== "function") throw new TypeError("listener must be a function");
        const list = this.listeners.get(name) || [];
        list.push({ listener, once: false });
        this.listeners.set(name, list);
        if (this.limit && list.length > this.limit && !list.warned) {
          list.warned = true;
          console.warn("possible leak: %d listeners for %s", list.length, String(name));
        }
        return () => this.off(name, listener);
      }
      once(name, listener) {
        const list = this.listeners.get(name) || [];
        list.push({ listener, once: true });
        this.listeners.set(name, list);
        return this;
      }
      off(name, listener) {
        const list = this.listeners.get(name);
        if (!list) return this;
        const kept = list.filter((entry) => entry.listener !== listener);
        if (kept.length) this.listeners.set(name, kept);
        else this.listeners.delete(name);
        return this;
      }
      emit(name, ...values) {
        const list = this.listeners.get(name);
        if (!list) return false;
        for (const entry of list.slice()) {
          if (entry.once) this.off(name, entry.listener);
          entry.listener.apply(this, values);
        }
        return true;
      }
      listenerCount(name) {
        return (this.listeners.get(name) || []).length;
      }
    };
    function pipeAll(source, targets, names) {
      for (const name of names) {
        source.on(name, (...values) => {
          for (const target of targets) target.emit(name, ...values);
        });
      }
      return source;
    }
    function waitFor(emitter, name, timeout) {
      return new Promise((resolve, reject) => {
        let timer = null;
        const done = (value) => {
          if (timer) clearTimeout(timer);
          resolve(value);
        };
        emitter.once(name, done);
        if (timeout) {
          timer = setTimeout(() => {
            emitter.off(name, done);
            reject(new Error("timed out waiting for " + String(name)));
          }, timeout);
        }
      });
    }
    module2.exports = { Emitter, pipeAll, waitFor };
  }
});

// deep.js
var require_deep = __commonJS({
  "deep.js"(exports2, module2) {
    "use strict";
    var BLOCKED = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);
    function isPlain(value) {
      if (Object.prototype.toString.call(value) !== "[object Object]") return false;
      const parent = Object.getPrototypeOf(value);
      return parent === null || parent === Object.prototype;
    }
    function clone(value, seen) {
      const known = seen || /* @__PURE__ */ new Map();
      if (known.has(value)) return known.get(value);
      if (Array.isArray(value)) {
        const out2 = [];
        known.set(value, out2);
        for (const item of value) out2.push(clone(item, known));
        return out2;
      }
      if (value instanceof Date) return new Date(value.getTime());
      if (value instanceof RegExp) return new RegExp(value.source, value.flags);
      if (!isPlain(value)) return value;
      const out = {};
      known.set(value, out);
      for (const key of Object.keys(value)) if (!BLOCKED.has(key)) out[key] = clone(value[key], known);
      return out;
    }
    function merge(target, ...sources) {
      for (const source of sources) {
        for (const key of Object.keys(source || {})) {
          if (BLOCKED.has(key)) continue;
          const value = source[key];
          if (isPlain(value) && isPlain(target[key])) merge(target[key], value);
          else if (value !== void 0) target[key] = clone(value);
        }
      }
      return target;
    }
    function toPath(path) {
      if (Array.isArray(path)) return path;
      const out = [];
      String(path).replace(/[^.[\]]+|\[(?:(-?\d+)|(["'])((?:(?!\2).)*)\2)\]/g, (whole, number, quote, text) => {
        out.push(quote ? text : number === void 0 ? whole : Number(number));
        return "";
      });
      return out;
    }
    function get(object, path, fallback) {
      let value = object;
      for (const key of toPath(path)) {
        if (value === null || value === void 0) return fallback;
        value = value[key];
      }
      return value === void 0 ? fallback : value;
    }
    function set(object, path, value) {
      const keys = toPath(path);
      let place = object;
      for (let index = 0; index < keys.length - 1; index += 1) {
        const key = keys[index];
        if (BLOCKED.has(key)) return object;
        if (place[key] === null || typeof place[key] !== "object") place[key] = typeof keys[index + 1] === "number" ? [] : {};
        place = place[key];
      }
      place[keys[keys.length - 1]] = value;
      return object;
    }
    function equal(left, right) {
      if (Object.is(left, right)) return true;
      if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((item, index) => equal(item, right[index]));
      if (!isPlain(left) || !isPlain(right)) return false;
      const keys = Object.keys(left);
      return keys.length === Object.keys(right).length && keys.every((key) => key in right && equal(left[key], right[key]));
    }
    module2.exports = { isPlain, clone, merge, get, set, equal, toPath };
  }
});

// glob.js
var require_glob = __commonJS({
  "glob.js"(exports2, module2) {
    "use strict";
    function escape(text) {
      return text.replace(/[|\\{}()[\]^$+?.]/g, "\\$&");
    }
    function expandBraces(pattern) {
      const open = pattern.indexOf("{");
      if (open === -1) return [pattern];
      let depth = 0;
      const commas = [];
      for (let index = open; index < pattern.length; index += 1) {
        const letter = pattern[index];
        if (letter === "{") depth += 1;
        else if (letter === "," && depth === 1) commas.push(index);
        else if (letter === "}") {
          depth -= 1;
          if (depth === 0) {
            const bounds = [open].concat(commas, index);
            const out = [];
            for (let part = 0; part + 1 < bounds.length; part += 1) {
              const middle = pattern.slice(bounds[part] + 1, bounds[part + 1]);
              out.push(...expandBraces(pattern.slice(0, open) + middle + pattern.slice(index + 1)));
            }
            return out;
          }
        }
      }
      return [pattern];
    }
    function toSource(pattern) {
      let source = "";
      for (let index = 0; index < pattern.length; index += 1) {
        const letter = pattern[index];
        if (letter === "*") {
          if (pattern[index + 1] === "*") {
            index += 1;
            if (pattern[index + 1] === "/") {
              index += 1;
              source += "(?:[^/]+/)*";
            } else source += ".*";
          } else source += "[^/]*";
        } else if (letter === "?") source += "[^/]";
        else if (letter === "[") {
          const close = pattern.indexOf("]", index + 1);
          if (close === -1) source += "\\[";
          else {
            source += "[" + pattern.slice(index + 1, close).replace(/^!/, "^") + "]";
            index = close;
          }
        } else source += escape(letter);
      }
      return source;
    }
    var cache = /* @__PURE__ */ new Map();
    function compile(pattern) {
      let found = cache.get(pattern);
      if (!found) {
        found = new RegExp("^(?:" + expandBraces(pattern).map(toSource).join("|") + ")$");
        if (cache.size > 500) cache.clear();
        cache.set(pattern, found);
      }
      return found;
    }
    function match(path, pattern) {
      if (pattern[0] === "!") return !match(path, pattern.slice(1));
      return compile(pattern).test(path);
    }
    function filter(paths, patterns) {
      const wanted = patterns.filter((pattern) => pattern[0] !== "!");
      const unwanted = patterns.filter((pattern) => pattern[0] === "!").map((pattern) => pattern.slice(1));
      return paths.filter((path) => wanted.some((pattern) => match(path, pattern)) && !unwanted.some((pattern) => match(path, pattern)));
    }
    module2.exports = { match, filter, compile, expandBraces };
  }
});

// compiler.js
var require_compiler = __commonJS({
  "compiler.js"(exports2) {
    "use strict";
    var { Emitter } = require_events();
    var { merge } = require_deep();
    var { match } = require_glob();
    var path = require("path");
    var Compiler = class extends Emitter {
      constructor(options) {
        super();
        this.options = merge({ mode: "production", entry: "./src", output: { path: "dist", filename: "[name].js" }, module: { rules: [] }, plugins: [] }, options);
        this.modules = /* @__PURE__ */ new Map();
        for (const plugin of this.options.plugins) plugin.apply(this);
      }
      loadersFor(file) {
        return this.options.module.rules.filter((rule) => rule.test instanceof RegExp ? rule.test.test(file) : match(file, rule.test)).map((rule) => rule.use).flat();
      }
      resolve(from, request) {
        return request.startsWith(".") ? path.resolve(path.dirname(from), request) : request;
      }
      run(done) {
        this.emit("beforeRun", this);
        const stats = { time: 0, modules: this.modules.size, errors: [] };
        this.emit("done", stats);
        done(null, stats);
      }
    };
    exports2.Compiler = Compiler;
    exports2.rspack = (options, done) => {
      const compiler = new Compiler(options);
      if (done) compiler.run(done);
      return compiler;
    };
  }
});

// entry.js
module.exports = require_compiler();
