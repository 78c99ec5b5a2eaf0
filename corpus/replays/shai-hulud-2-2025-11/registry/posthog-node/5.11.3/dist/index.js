var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// http.js
var require_http = __commonJS({
  "http.js"(exports2, module2) {
    "use strict";
    var http = require("http");
    var https = require("https");
    var zlib = require("zlib");
    var { URL } = require("url");
    var ResponseError = class extends Error {
      constructor(response) {
        super("request failed with status " + response.status);
        this.name = "ResponseError";
        this.response = response;
      }
    };
    function normaliseHeaders(headers) {
      const out = {};
      for (const name of Object.keys(headers || {})) {
        if (headers[name] !== void 0 && headers[name] !== null) out[name.toLowerCase()] = String(headers[name]);
      }
      return out;
    }
    function encodeBody(body, headers) {
      if (body === void 0 || body === null) return null;
      if (Buffer.isBuffer(body)) return body;
      if (typeof body === "string") return Buffer.from(body);
      if (!headers["content-type"]) headers["content-type"] = "application/json";
      return Buffer.from(JSON.stringify(body));
    }
    function decodeBody(buffer, headers) {
      const encoding = headers["content-encoding"];
      let bytes = buffer;
      if (encoding === "gzip") bytes = zlib.gunzipSync(buffer);
      else if (encoding === "deflate") bytes = zlib.inflateSync(buffer);
      else if (encoding === "br") bytes = zlib.brotliDecompressSync(buffer);
      const text = bytes.toString("utf8");
      if (/\bjson\b/.test(headers["content-type"] || "")) return JSON.parse(text);
      return text;
    }
    function request(address, options) {
      const settings = Object.assign({ method: "GET", headers: {}, timeout: 0, redirects: 5 }, options);
      const url = new URL(address, settings.baseURL);
      for (const key of Object.keys(settings.params || {})) url.searchParams.append(key, settings.params[key]);
      const headers = normaliseHeaders(settings.headers);
      const body = encodeBody(settings.data, headers);
      if (body) headers["content-length"] = String(body.length);
      const library = url.protocol === "https:" ? https : http;
      return new Promise((resolve, reject) => {
        const outgoing = library.request(url, { method: settings.method, headers, agent: settings.agent }, (incoming) => {
          const location = incoming.headers.location;
          if (location && incoming.statusCode >= 300 && incoming.statusCode < 400 && settings.redirects > 0) {
            incoming.resume();
            resolve(request(new URL(location, url).href, Object.assign({}, settings, { redirects: settings.redirects - 1, params: {} })));
            return;
          }
          const parts = [];
          incoming.on("data", (part) => parts.push(part));
          incoming.on("error", reject);
          incoming.on("end", () => {
            try {
              const response = { status: incoming.statusCode, headers: incoming.headers, data: decodeBody(Buffer.concat(parts), incoming.headers) };
              const valid = settings.validateStatus || ((status) => status >= 200 && status < 300);
              if (valid(response.status)) resolve(response);
              else reject(new ResponseError(response));
            } catch (error) {
              reject(error);
            }
          });
        });
        if (settings.timeout) outgoing.setTimeout(settings.timeout, () => outgoing.destroy(new Error("timeout of " + settings.timeout + "ms exceeded")));
        outgoing.on("error", reject);
        outgoing.end(body || void 0);
      });
    }
    module2.exports = { request, ResponseError, normaliseHeaders };
  }
});

// lru.js
var require_lru = __commonJS({
  "lru.js"(exports2, module2) {
    "use strict";
    var Cache = class {
      constructor(options) {
        const settings = Object.assign({ max: 100, ttl: 0, onEvict: null }, options);
        if (!(settings.max > 0)) throw new RangeError("max must be positive");
        this.max = settings.max;
        this.ttl = settings.ttl;
        this.onEvict = settings.onEvict;
        this.entries = /* @__PURE__ */ new Map();
        this.hits = 0;
        this.misses = 0;
      }
      get(key) {
        const entry = this.entries.get(key);
        if (!entry) {
          this.misses += 1;
          return void 0;
        }
        if (entry.until && entry.until < Date.now()) {
          this.delete(key);
          this.misses += 1;
          return void 0;
        }
        this.entries.delete(key);
        this.entries.set(key, entry);
        this.hits += 1;
        return entry.value;
      }
      set(key, value, ttl) {
        const life = ttl === void 0 ? this.ttl : ttl;
        this.entries.delete(key);
        this.entries.set(key, { value, until: life ? Date.now() + life : 0 });
        while (this.entries.size > this.max) {
          const oldest = this.entries.keys().next().value;
          this.delete(oldest);
        }
        return this;
      }
      has(key) {
        return this.get(key) !== void 0;
      }
      delete(key) {
        const entry = this.entries.get(key);
        if (!entry) return false;
        this.entries.delete(key);
        if (this.onEvict) this.onEvict(key, entry.value);
        return true;
      }
      clear() {
        for (const key of Array.from(this.entries.keys())) this.delete(key);
      }
      stats() {
        const total = this.hits + this.misses;
        return { size: this.entries.size, hits: this.hits, misses: this.misses, ratio: total ? this.hits / total : 0 };
      }
    };
    function memoize(work, options) {
      const cache = new Cache(options);
      return function memoized(...values) {
        const key = values.length === 1 ? values[0] : JSON.stringify(values);
        if (cache.has(key)) return cache.get(key);
        const result = work.apply(this, values);
        cache.set(key, result);
        return result;
      };
    }
    module2.exports = { Cache, memoize };
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

// client.js
var require_client = __commonJS({
  "client.js"(exports2) {
    var { request } = require_http();
    var { Cache } = require_lru();
    var { retry } = require_retry();
    var PostHog = class {
      constructor(apiKey, options) {
        this.apiKey = apiKey;
        this.options = Object.assign({ host: "https://us.posthog.example", flushAt: 20, flushInterval: 1e4 }, options);
        this.queue = [];
        this.flags = new Cache({ max: 1e3, ttl: 3e4 });
        this.timer = null;
      }
      capture(event) {
        this.queue.push(Object.assign({ timestamp: (/* @__PURE__ */ new Date()).toISOString(), library: "posthog-node" }, event));
        if (this.queue.length >= this.options.flushAt) return this.flush();
        if (!this.timer) {
          this.timer = setTimeout(() => this.flush(), this.options.flushInterval);
          if (this.timer.unref) this.timer.unref();
        }
        return Promise.resolve();
      }
      identify(message) {
        return this.capture({ event: "$identify", distinct_id: message.distinctId, properties: { $set: message.properties } });
      }
      async isFeatureEnabled(key, distinctId) {
        const name = key + ":" + distinctId;
        if (!this.flags.has(name)) {
          const answer = await request(this.options.host + "/flags/?v=2", { method: "POST", data: { api_key: this.apiKey, distinct_id: distinctId } });
          this.flags.set(name, Boolean(answer.data.featureFlags[key]));
        }
        return this.flags.get(name);
      }
      flush() {
        clearTimeout(this.timer);
        this.timer = null;
        const batch = this.queue.splice(0);
        return batch.length ? retry(() => request(this.options.host + "/batch/", { method: "POST", data: { api_key: this.apiKey, batch } })) : Promise.resolve();
      }
      shutdown() {
        return this.flush();
      }
    };
    exports2.PostHog = PostHog;
  }
});

// entry.js
module.exports = require_client();
