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

// retry.js
var require_retry = __commonJS({
  "retry.js"(exports2, module2) {
    "use strict";
    var DEFAULTS = { retries: 3, factor: 2, minTimeout: 100, maxTimeout: 1e4, jitter: true, shouldRetry: () => true };
    function delayFor(attempt, settings) {
      const base = Math.min(settings.maxTimeout, settings.minTimeout * Math.pow(settings.factor, attempt));
      return settings.jitter ? Math.round(base * (0.5 + Math.random() / 2)) : base;
    }
    function sleep(duration, signal) {
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
    async function retry(work, options) {
      const settings = Object.assign({}, DEFAULTS, options);
      let last = null;
      for (let attempt = 0; attempt <= settings.retries; attempt += 1) {
        try {
          return await work(attempt);
        } catch (error) {
          last = error;
          if (attempt === settings.retries || !settings.shouldRetry(error, attempt)) break;
          await sleep(delayFor(attempt, settings), settings.signal);
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
    module2.exports = { retry, sleep, Limiter, delayFor };
  }
});

// validate.js
var require_validate = __commonJS({
  "validate.js"(exports2, module2) {
    "use strict";
    var ValidationError = class extends Error {
      constructor(issues) {
        super(issues.map((issue) => issue.path.join(".") + ": " + issue.message).join("; "));
        this.name = "ValidationError";
        this.issues = issues;
      }
    };
    var Schema = class _Schema {
      constructor(check) {
        this.check = check;
        this.isOptional = false;
        this.refinements = [];
      }
      optional() {
        const copy = new _Schema(this.check);
        copy.refinements = this.refinements.slice();
        copy.isOptional = true;
        return copy;
      }
      refine(test, message) {
        const copy = new _Schema(this.check);
        copy.isOptional = this.isOptional;
        copy.refinements = this.refinements.concat({ test, message });
        return copy;
      }
      walk(value, path, issues) {
        if (value === void 0 && this.isOptional) return void 0;
        const result = this.check(value, path, issues);
        for (const item of this.refinements) {
          if (!item.test(result)) issues.push({ path, message: item.message || "is not valid" });
        }
        return result;
      }
      parse(value) {
        const issues = [];
        const result = this.walk(value, [], issues);
        if (issues.length) throw new ValidationError(issues);
        return result;
      }
      safeParse(value) {
        try {
          return { success: true, data: this.parse(value) };
        } catch (error) {
          return { success: false, error };
        }
      }
    };
    function primitive(kind) {
      return () => new Schema((value, path, issues) => {
        if (typeof value !== kind) issues.push({ path, message: "expected " + kind + ", received " + typeof value });
        return value;
      });
    }
    var string = primitive("string");
    var number = primitive("number");
    var boolean = primitive("boolean");
    function array(item) {
      return new Schema((value, path, issues) => {
        if (!Array.isArray(value)) {
          issues.push({ path, message: "expected array" });
          return value;
        }
        return value.map((entry, index) => item.walk(entry, path.concat(index), issues));
      });
    }
    function object(shape) {
      return new Schema((value, path, issues) => {
        if (value === null || typeof value !== "object") {
          issues.push({ path, message: "expected object" });
          return value;
        }
        const out = {};
        for (const key of Object.keys(shape)) out[key] = shape[key].walk(value[key], path.concat(key), issues);
        return out;
      });
    }
    function oneOf(values) {
      return new Schema((value, path, issues) => {
        if (!values.includes(value)) issues.push({ path, message: "expected one of " + values.join(", ") });
        return value;
      });
    }
    module2.exports = { string, number, boolean, array, object, oneOf, ValidationError };
  }
});

// logger.js
var require_logger = __commonJS({
  "logger.js"(exports2, module2) {
    "use strict";
    var LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];
    function serialise(value) {
      if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
      if (typeof value === "bigint") return value.toString();
      return value;
    }
    function redact(record, keys) {
      if (!keys.length) return record;
      const out = {};
      for (const key of Object.keys(record)) out[key] = keys.includes(key) ? "[redacted]" : record[key];
      return out;
    }
    function createLogger(options) {
      const settings = Object.assign({ name: "app", level: "info", redact: [], stream: process.stdout, base: {} }, options);
      const threshold = LEVELS.indexOf(settings.level);
      if (threshold === -1) throw new RangeError("unknown level " + settings.level);
      function write(level, fields, message) {
        if (LEVELS.indexOf(level) < threshold) return;
        const record = Object.assign({ time: (/* @__PURE__ */ new Date()).toISOString(), level, name: settings.name }, settings.base);
        if (typeof fields === "string") record.message = fields;
        else {
          for (const key of Object.keys(fields || {})) record[key] = serialise(fields[key]);
          record.message = message;
        }
        settings.stream.write(JSON.stringify(redact(record, settings.redact)) + "\n");
      }
      const logger = {
        child(base) {
          return createLogger(Object.assign({}, settings, { base: Object.assign({}, settings.base, base) }));
        },
        isLevelEnabled(level) {
          return LEVELS.indexOf(level) >= threshold;
        }
      };
      for (const level of LEVELS) logger[level] = write.bind(null, level);
      return logger;
    }
    module2.exports = { createLogger, LEVELS, serialise };
  }
});

// core.js
var require_core = __commonJS({
  "core.js"(exports2) {
    var { Emitter } = require_events();
    var { merge, get } = require_deep();
    var { retry, Limiter } = require_retry();
    var { object, string } = require_validate();
    var { createLogger } = require_logger();
    var Tool = class {
      constructor(options) {
        this.id = options.id;
        this.description = options.description || "";
        this.schema = options.inputSchema || object({});
        this.execute = options.execute;
      }
      async run(input, context) {
        return this.execute(this.schema.parse(input), context);
      }
    };
    var Agent = class extends Emitter {
      constructor(options) {
        super();
        this.name = options.name;
        this.instructions = options.instructions || "";
        this.model = options.model;
        this.tools = new Map((options.tools || []).map((tool) => [tool.id, tool]));
        this.memory = options.memory || null;
        this.limiter = new Limiter(options.parallel || 4);
        this.log = createLogger({ name: "agent", level: options.level || "warn" });
      }
      async generate(prompt, options) {
        const settings = merge({ maxSteps: 5, retries: 2 }, options);
        const messages = [{ role: "system", content: this.instructions }].concat(this.memory ? await this.memory.recall(settings.thread) : [], { role: "user", content: prompt });
        for (let step = 0; step < settings.maxSteps; step += 1) {
          const answer = await retry(() => this.model.complete({ messages, tools: Array.from(this.tools.keys()) }), { retries: settings.retries });
          messages.push(answer);
          const calls = get(answer, "toolCalls", []);
          if (!calls.length) {
            if (this.memory) await this.memory.remember(settings.thread, messages.slice(-2));
            this.emit("finish", answer);
            return answer;
          }
          const results = await Promise.all(calls.map((call) => this.limiter.run(() => this.tools.get(call.name).run(call.input, { agent: this.name }))));
          results.forEach((result, index) => messages.push({ role: "tool", id: calls[index].id, content: JSON.stringify(result) }));
        }
        throw new Error("no answer within " + settings.maxSteps + " steps");
      }
    };
    var Workflow = class {
      constructor(name) {
        this.name = name;
        this.steps = [];
      }
      step(id, work, options) {
        this.steps.push({ id, work, needs: options && options.needs || [] });
        return this;
      }
      async run(input) {
        const results = /* @__PURE__ */ new Map();
        const waiting = this.steps.slice();
        while (waiting.length) {
          const ready = waiting.filter((step) => step.needs.every((need) => results.has(need)));
          if (!ready.length) throw new Error("workflow " + this.name + " has a cycle");
          await Promise.all(ready.map(async (step) => results.set(step.id, await step.work({ input, results }))));
          for (const step of ready) waiting.splice(waiting.indexOf(step), 1);
        }
        return Object.fromEntries(results);
      }
    };
    var agentShape = object({ name: string() });
    exports2.createAgent = (options) => {
      agentShape.parse(options);
      return new Agent(options);
    };
    exports2.createTool = (options) => new Tool(options);
    exports2.createWorkflow = (name) => new Workflow(name);
  }
});

// entry.js
module.exports = require_core();
