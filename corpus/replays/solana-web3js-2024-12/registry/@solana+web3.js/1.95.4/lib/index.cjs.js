var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// bytes.js
var require_bytes = __commonJS({
  "bytes.js"(exports2, module2) {
    "use strict";
    var ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    var LOOKUP = new Map(ALPHABET.split("").map((letter, index) => [letter, index]));
    function toHex(bytes) {
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    function fromHex(text) {
      const clean = text.startsWith("0x") ? text.slice(2) : text;
      if (clean.length % 2 || /[^0-9a-f]/i.test(clean)) throw new TypeError("invalid hex");
      const out = new Uint8Array(clean.length / 2);
      for (let index = 0; index < out.length; index += 1) out[index] = parseInt(clean.slice(index * 2, index * 2 + 2), 16);
      return out;
    }
    function encode58(bytes) {
      const digits = [0];
      for (const byte of bytes) {
        let carry = byte;
        for (let index = 0; index < digits.length; index += 1) {
          carry += digits[index] << 8;
          digits[index] = carry % 58;
          carry = carry / 58 | 0;
        }
        while (carry) {
          digits.push(carry % 58);
          carry = carry / 58 | 0;
        }
      }
      let text = "";
      for (let index = 0; index < bytes.length && bytes[index] === 0; index += 1) text += ALPHABET[0];
      return text + digits.reverse().map((digit) => ALPHABET[digit]).join("");
    }
    function decode58(text) {
      const bytes = [0];
      for (const letter of text) {
        if (!LOOKUP.has(letter)) throw new TypeError("invalid base58 letter");
        let carry = LOOKUP.get(letter);
        for (let index = 0; index < bytes.length; index += 1) {
          carry += bytes[index] * 58;
          bytes[index] = carry & 255;
          carry >>= 8;
        }
        while (carry) {
          bytes.push(carry & 255);
          carry >>= 8;
        }
      }
      return Uint8Array.from(bytes.reverse());
    }
    function concat(...parts) {
      const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let offset = 0;
      for (const part of parts) {
        out.set(part, offset);
        offset += part.length;
      }
      return out;
    }
    function varint(value) {
      const out = [];
      let rest = value;
      for (; ; ) {
        const low = rest & 127;
        rest >>= 7;
        if (!rest) {
          out.push(low);
          return Uint8Array.from(out);
        }
        out.push(low | 128);
      }
    }
    module2.exports = { toHex, fromHex, encode58, decode58, concat, varint };
  }
});

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

// keys.js
var require_keys = __commonJS({
  "keys.js"(exports2) {
    "use strict";
    var crypto2 = require("crypto");
    var { encode58, decode58, concat, varint } = require_bytes();
    var { request } = require_http();
    var { retry } = require_retry();
    var PublicKey2 = class {
      constructor(value) {
        this.bytes = typeof value === "string" ? decode58(value) : Uint8Array.from(value);
        if (this.bytes.length > 32) throw new Error("Invalid public key input");
      }
      toBase58() {
        return encode58(this.bytes);
      }
      toBytes() {
        return this.bytes;
      }
      equals(other) {
        return this.toBase58() === other.toBase58();
      }
    };
    function pairFrom2(seed) {
      const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(seed)]);
      const secret = crypto2.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
      const raw = crypto2.createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
      return { publicKey: Uint8Array.from(raw), secretKey: concat(Uint8Array.from(seed), Uint8Array.from(raw)), object: secret };
    }
    var Transaction2 = class {
      constructor() {
        this.instructions = [];
        this.signatures = [];
        this.recentBlockhash = null;
      }
      add(instruction) {
        this.instructions.push(instruction);
        return this;
      }
      serializeMessage() {
        return concat(varint(this.instructions.length), ...this.instructions.map((item) => concat(item.programId.toBytes(), varint(item.data.length), item.data)));
      }
      sign(...signers) {
        const message = this.serializeMessage();
        this.signatures = signers.map((signer) => ({ publicKey: signer.publicKey, signature: crypto2.sign(null, message, signer.object) }));
      }
    };
    var Connection2 = class {
      constructor(endpoint, commitment) {
        this.endpoint = endpoint;
        this.commitment = commitment || "confirmed";
        this.next = 1;
      }
      rpc(method, params) {
        return retry(() => request(this.endpoint, { method: "POST", data: { jsonrpc: "2.0", id: this.next++, method, params } })).then((answer) => answer.data.result);
      }
      getBalance(key) {
        return this.rpc("getBalance", [key.toBase58(), { commitment: this.commitment }]).then((result) => result.value);
      }
      getLatestBlockhash() {
        return this.rpc("getLatestBlockhash", [{ commitment: this.commitment }]).then((result) => result.value);
      }
      sendRawTransaction(bytes) {
        return this.rpc("sendTransaction", [Buffer.from(bytes).toString("base64"), { encoding: "base64" }]);
      }
    };
    Object.assign(exports2, { PublicKey: PublicKey2, Transaction: Transaction2, Connection: Connection2, pairFrom: pairFrom2 });
  }
});

// entry.js
var { PublicKey, Transaction, Connection, pairFrom } = require_keys();
var crypto = require("crypto");
var Keypair = class _Keypair {
  constructor(pair) {
    this._pair = pair;
    this.object = pair.object;
  }
  static generate() {
    return new _Keypair(pairFrom(crypto.randomBytes(32)));
  }
  static fromSecretKey(secretKey, options) {
    if (secretKey.byteLength !== 64) throw new Error("bad secret key size");
    const pair = pairFrom(secretKey.slice(0, 32));
    if (!options || !options.skipValidation) {
      for (let index = 0; index < 32; index += 1) if (pair.publicKey[index] !== secretKey[32 + index]) throw new Error("provided secretKey is invalid");
    }
    return new _Keypair(pair);
  }
  static fromSeed(seed) {
    return new _Keypair(pairFrom(seed));
  }
  get publicKey() {
    return new PublicKey(this._pair.publicKey);
  }
  get secretKey() {
    return Uint8Array.from(this._pair.secretKey);
  }
};
module.exports = { PublicKey, Transaction, Connection, Keypair, LAMPORTS_PER_SOL: 1e9 };
