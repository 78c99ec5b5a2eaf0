var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

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
    function clone2(value, seen) {
      const known = seen || /* @__PURE__ */ new Map();
      if (known.has(value)) return known.get(value);
      if (Array.isArray(value)) {
        const out2 = [];
        known.set(value, out2);
        for (const item of value) out2.push(clone2(item, known));
        return out2;
      }
      if (value instanceof Date) return new Date(value.getTime());
      if (value instanceof RegExp) return new RegExp(value.source, value.flags);
      if (!isPlain(value)) return value;
      const out = {};
      known.set(value, out);
      for (const key of Object.keys(value)) if (!BLOCKED.has(key)) out[key] = clone2(value[key], known);
      return out;
    }
    function merge2(target, ...sources) {
      for (const source of sources) {
        for (const key of Object.keys(source || {})) {
          if (BLOCKED.has(key)) continue;
          const value = source[key];
          if (isPlain(value) && isPlain(target[key])) merge2(target[key], value);
          else if (value !== void 0) target[key] = clone2(value);
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
    function get2(object, path, fallback) {
      let value = object;
      for (const key of toPath(path)) {
        if (value === null || value === void 0) return fallback;
        value = value[key];
      }
      return value === void 0 ? fallback : value;
    }
    function set2(object, path, value) {
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
    module2.exports = { isPlain, clone: clone2, merge: merge2, get: get2, set: set2, equal, toPath };
  }
});

// date.js
var require_date = __commonJS({
  "date.js"(exports2, module2) {
    "use strict";
    var UNITS = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
    var MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    var DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    var TOKEN = /\[([^\]]+)]|YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|a/g;
    function pad(value, width) {
      let text = String(Math.abs(value));
      while (text.length < width) text = "0" + text;
      return text;
    }
    function toDate(value) {
      if (value instanceof Date) return new Date(value.getTime());
      if (value === void 0) return /* @__PURE__ */ new Date();
      if (typeof value === "string" && !/z$/i.test(value)) {
        const parts = /^(\d{4})-?(\d{1,2})-?(\d{0,2})[T\s]*(\d{1,2})?:?(\d{1,2})?:?(\d{1,2})?/.exec(value);
        if (parts) {
          return new Date(+parts[1], +parts[2] - 1, +(parts[3] || 1), +(parts[4] || 0), +(parts[5] || 0), +(parts[6] || 0));
        }
      }
      return new Date(value);
    }
    function format2(value, pattern) {
      const date = toDate(value);
      if (Number.isNaN(date.getTime())) return "Invalid Date";
      const hours = date.getHours();
      const table = {
        YYYY: () => String(date.getFullYear()),
        YY: () => String(date.getFullYear()).slice(-2),
        MMMM: () => MONTHS[date.getMonth()],
        MMM: () => MONTHS[date.getMonth()].slice(0, 3),
        MM: () => pad(date.getMonth() + 1, 2),
        M: () => String(date.getMonth() + 1),
        dddd: () => DAYS[date.getDay()],
        ddd: () => DAYS[date.getDay()].slice(0, 3),
        DD: () => pad(date.getDate(), 2),
        D: () => String(date.getDate()),
        HH: () => pad(hours, 2),
        H: () => String(hours),
        hh: () => pad(hours % 12 || 12, 2),
        h: () => String(hours % 12 || 12),
        mm: () => pad(date.getMinutes(), 2),
        m: () => String(date.getMinutes()),
        ss: () => pad(date.getSeconds(), 2),
        s: () => String(date.getSeconds()),
        SSS: () => pad(date.getMilliseconds(), 3),
        A: () => hours < 12 ? "AM" : "PM",
        a: () => hours < 12 ? "am" : "pm"
      };
      return pattern.replace(TOKEN, (token, literal) => literal !== void 0 ? literal : table[token]());
    }
    function parseDuration(text) {
      const found = /^(-?\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?$/.exec(String(text).trim());
      if (!found) throw new TypeError("not a duration: " + text);
      return Number(found[1]) * UNITS[found[2] || "ms"];
    }
    function add(value, amount, unit) {
      const date = toDate(value);
      if (unit === "month") date.setMonth(date.getMonth() + amount);
      else if (unit === "year") date.setFullYear(date.getFullYear() + amount);
      else date.setTime(date.getTime() + amount * (UNITS[unit] || 1));
      return date;
    }
    function diff(left, right, unit) {
      return Math.trunc((toDate(left) - toDate(right)) / (UNITS[unit] || 1));
    }
    module2.exports = { toDate, format: format2, parseDuration, add, diff, UNITS };
  }
});

// retry.js
var require_retry = __commonJS({
  "retry.js"(exports2, module2) {
    "use strict";
    var DEFAULTS = { retries: 3, factor: 2, minTimeout: 100, maxTimeout: 1e4, jitter: true, shouldRetry: () => true };
    function delayFor(attempt, settings) {
      const base = Math.min(settings.maxTimeout, settings.minTimeout * Math.pow(settings.factor, attempt));
      return settings.jitter ? Math.round(base * (0.5 + Math.random() / 2)) : base;
    }
    function sleep2(duration, signal) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, duration);
        if (signal) {
          signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(signal.reason || new Error("aborted"));
          }, { once: true });
        }
      });
    }
    async function retry2(work, options) {
      const settings = Object.assign({}, DEFAULTS, options);
      let last = null;
      for (let attempt = 0; attempt <= settings.retries; attempt += 1) {
        try {
          return await work(attempt);
        } catch (error) {
          last = error;
          if (attempt === settings.retries || !settings.shouldRetry(error, attempt)) break;
          await sleep2(delayFor(attempt, settings), settings.signal);
        }
      }
      throw last;
    }
    var Limiter = class {
      constructor(width) {
        this.width = width;
        this.active = 0;
        this.waiting = [];
      }
      run(work) {
        return new Promise((resolve, reject) => {
          this.waiting.push({ work, resolve, reject });
          this.next();
        });
      }
      next() {
        while (this.active < this.width && this.waiting.length) {
          const job = this.waiting.shift();
          this.active += 1;
          Promise.resolve().then(job.work).then(job.resolve, job.reject).finally(() => {
            this.active -= 1;
            this.next();
          });
        }
      }
    };
    module2.exports = { retry: retry2, sleep: sleep2, Limiter, delayFor };
  }
});

// entry.js
var { clone, merge, get, set } = require_deep();
var { format } = require_date();
var { retry, sleep } = require_retry();
module.exports = { clone, merge, get, set, format, retry, sleep, version: "1.2.9" };
