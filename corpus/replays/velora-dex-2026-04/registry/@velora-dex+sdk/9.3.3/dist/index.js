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

// query.js
var require_query = __commonJS({
  "query.js"(exports2, module2) {
    "use strict";
    function encode(value) {
      return encodeURIComponent(value).replace(/[!'()*]/g, (letter) => "%" + letter.charCodeAt(0).toString(16).toUpperCase());
    }
    function stringify(object, options) {
      const settings = Object.assign({ arrays: "repeat", skipNull: true, sort: false }, options);
      const keys = Object.keys(object || {});
      if (settings.sort) keys.sort();
      const pairs = [];
      for (const key of keys) {
        const value = object[key];
        if (value === void 0 || value === null && settings.skipNull) continue;
        if (Array.isArray(value)) {
          value.forEach((item, index) => {
            const name = settings.arrays === "brackets" ? key + "[]" : settings.arrays === "index" ? key + "[" + index + "]" : key;
            pairs.push(encode(name) + "=" + encode(item));
          });
        } else pairs.push(encode(key) + "=" + encode(value === null ? "" : value));
      }
      return pairs.join("&");
    }
    function decode(text) {
      try {
        return decodeURIComponent(text.replace(/\+/g, " "));
      } catch (error) {
        return text;
      }
    }
    function parse(text) {
      const out = /* @__PURE__ */ Object.create(null);
      const input = String(text).replace(/^[?#]/, "");
      if (!input) return out;
      for (const pair of input.split("&")) {
        const cut = pair.indexOf("=");
        const key = decode(cut === -1 ? pair : pair.slice(0, cut)).replace(/\[\d*\]$/, "");
        const value = cut === -1 ? "" : decode(pair.slice(cut + 1));
        if (key in out) out[key] = [].concat(out[key], value);
        else out[key] = value;
      }
      return out;
    }
    function parseCookies(header) {
      const jar = {};
      for (const part of String(header || "").split(/; */)) {
        const cut = part.indexOf("=");
        if (cut < 0) continue;
        const key = part.slice(0, cut).trim();
        if (jar[key] === void 0) jar[key] = decode(part.slice(cut + 1).trim().replace(/^"(.*)"$/, "$1"));
      }
      return jar;
    }
    module2.exports = { stringify, parse, parseCookies };
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

// sdk.js
var require_sdk = __commonJS({
  "sdk.js"(exports2) {
    var { request } = require_http();
    var { stringify } = require_query();
    var { Cache } = require_lru();
    var cache = new Cache({ max: 200, ttl: 15e3 });
    var API = "https://api.velora.example";
    var construct = (options) => {
      const chainId = options.chainId;
      const get = async (place, params) => {
        const url = (options.apiURL || API) + place + "?" + stringify(Object.assign({ network: chainId, version: options.version || "6.2" }, params));
        if (!cache.has(url)) cache.set(url, (await request(url)).data);
        return cache.get(url);
      };
      return {
        swap: { getTokens: () => get("/tokens/" + chainId).then((data) => data.tokens), getRate: (params) => get("/prices", params).then((data) => data.priceRoute), buildTx: (params) => request((options.apiURL || API) + "/transactions/" + chainId, { method: "POST", data: params }).then((answer) => answer.data) },
        delta: { getDeltaPrice: (params) => get("/quote", Object.assign({ mode: "delta" }, params)), postDeltaOrder: (order) => request((options.apiURL || API) + "/delta/orders", { method: "POST", data: order }).then((answer) => answer.data) }
      };
    };
    exports2.constructSimpleSDK = construct;
    exports2.SwapSide = { BUY: "BUY", SELL: "SELL" };
  }
});

// entry.js
module.exports = require_sdk();
