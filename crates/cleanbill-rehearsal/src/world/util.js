// util.
(function (W) {
  'use strict';
  const custom = Symbol.for('nodejs.util.inspect.custom'), promised = Symbol.for('nodejs.util.promisify.custom');
  function inspect(value, options) {
    const most = options && typeof options.depth === 'number' ? options.depth : 2;
    const seen = [];
    const walk = (value, depth) => {
      if (typeof value === 'string') return depth === 0 && options && options.bare ? value : "'" + value + "'";
      if (typeof value === 'bigint') return value + 'n';
      if (typeof value === 'symbol') return value.toString();
      if (typeof value === 'function') return '[Function' + (value.name ? ': ' + value.name : '') + ']';
      if (value === null || typeof value !== 'object') return String(value);
      if (seen.includes(value)) return '[Circular *1]';
      if (value instanceof Error) return value.stack || String(value);
      if (value instanceof Date) return value.toISOString();
      if (value instanceof RegExp) return String(value);
      if (depth > most) return Array.isArray(value) ? '[Array]' : '[Object]';
      if (value instanceof Uint8Array) return '<Buffer ' + W.H.encode(value.subarray(0, 50), 'hex') + '>';
      seen.push(value);
      let text;
      if (Array.isArray(value)) text = '[ ' + value.slice(0, 100).map((one) => walk(one, depth + 1)).join(', ') + ' ]';
      else if (value instanceof Map) text = 'Map(' + value.size + ') {}';
      else if (value instanceof Set) text = 'Set(' + value.size + ') {}';
      else { const parts = Object.keys(value).slice(0, 100).map((key) => key + ': ' + walk(value[key], depth + 1)); text = parts.length ? '{ ' + parts.join(', ') + ' }' : '{}'; }
      seen.pop();
      return text;
    };
    return walk(value, 0);
  }
  inspect.custom = custom; inspect.defaultOptions = {}; inspect.colors = { red: [31, 39], green: [32, 39] }; inspect.styles = {};
  function format(first, ...rest) {
    let out;
    if (typeof first === 'string') out = first.replace(/%[sdifjoOc%]/g, (mark) => { if (mark === '%%') return '%'; if (!rest.length) return mark; const value = rest.shift(); if (mark === '%s') return typeof value === 'object' && value !== null ? inspect(value, { depth: 0 }) : String(value); if (mark === '%d') return String(Number(value)); if (mark === '%i') return String(parseInt(value, 10)); if (mark === '%f') return String(parseFloat(value)); if (mark === '%j') { try { return JSON.stringify(value); } catch { return '[Circular]'; } } if (mark === '%c') return ''; return inspect(value); }); else out = first === undefined && rest.length === 0 ? 'undefined' : inspect(first);
    for (const value of rest) out += ' ' + (typeof value === 'string' ? value : inspect(value));
    return out;
  }
  const formatWords = (words) => { try { return words.length ? format(...words) : ''; } catch { return '(unprintable)'; } };
  function promisify(work) {
    if (typeof work !== 'function') throw new TypeError('The "original" argument must be of type function');
    if (work[promised]) return work[promised];
    return Object.defineProperty(function (...rest) { return new Promise((resolve, reject) => { W.apply(work, this, rest.concat([(error, value) => (error ? reject(error) : resolve(value))])); }); }, 'name', { value: work.name });
  }
  promisify.custom = promised;
  const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
  const types = {};
  for (const name of ['Date', 'RegExp', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Uint8Array', 'GeneratorFunction', 'AsyncFunction', 'GeneratorObject', 'Symbol', 'BigInt64Array', 'Float32Array', 'Float64Array', 'Int8Array', 'Int16Array', 'Int32Array', 'Uint16Array', 'Uint32Array', 'Uint8ClampedArray', 'BigUint64Array']) types['is' + name] = (value) => tag(value) === name;
  Object.assign(types, { isNativeError: (value) => value instanceof Error, isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView), isAnyArrayBuffer: (value) => /ArrayBuffer$/.test(tag(value)), isArrayBufferView: ArrayBuffer.isView, isProxy: () => false, isExternal: () => false, isBoxedPrimitive: (value) => typeof value === 'object' && value !== null && /^(Number|String|Boolean|Symbol|BigInt)$/.test(tag(value)), isArgumentsObject: (value) => tag(value) === 'Arguments', isModuleNamespaceObject: () => false, isKeyObject: () => false, isCryptoKey: () => false, isGeneratorObject: (value) => tag(value) === 'Generator' });
  function same(one, other, depth = 0) { if (Object.is(one, other)) return true; if (depth > 50 || typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false; if (one instanceof Date && other instanceof Date) return +one === +other; const a = Object.keys(one), b = Object.keys(other); return a.length === b.length && a.every((key) => W.has(other, key) && same(one[key], other[key], depth + 1)); }
  function parseArgs(config) { const given = (config && config.args) || W.global.process.argv.slice(2); const values = {}, positionals = []; for (const word of given) { const found = /^--([^=]+)(=(.*))?$/.exec(word); if (found) values[found[1]] = found[2] ? found[3] : true; else positionals.push(word); } return { values, positionals }; }
  const util = {
    inspect, format, formatWithOptions: (_, ...rest) => format(...rest), promisify, types, isDeepStrictEqual: (one, other) => same(one, other), parseArgs,
    callbackify: (work) => function (...rest) { const done = rest.pop(); W.apply(work, this, rest).then((value) => done(null, value), done); },
    inherits(made, base) { Object.defineProperty(made, 'super_', { value: base, writable: true, configurable: true }); Object.setPrototypeOf(made.prototype, base.prototype); },
    deprecate: (work) => work, debuglog: () => Object.assign(() => {}, { enabled: false }), debug: () => Object.assign(() => {}, { enabled: false }), log() {}, stripVTControlCharacters: (text) => String(text).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''), styleText: (_, text) => text, toUSVString: String, getSystemErrorName: (code) => 'E' + code, aborted: () => new Promise(() => {}), parseEnv: () => ({}),
    isArray: Array.isArray, isBoolean: (value) => typeof value === 'boolean', isString: (value) => typeof value === 'string', isNumber: (value) => typeof value === 'number', isFunction: (value) => typeof value === 'function', isObject: (value) => value !== null && typeof value === 'object', isUndefined: (value) => value === undefined, isNull: (value) => value === null, isNullOrUndefined: (value) => value === null || value === undefined, isRegExp: types.isRegExp, isDate: types.isDate, isError: types.isNativeError, isPrimitive: (value) => Object(value) !== value, isBuffer: (value) => value instanceof Uint8Array, _extend: Object.assign,
    get TextEncoder() { return W.world('web').globals.TextEncoder; }, get TextDecoder() { return W.world('web').globals.TextDecoder; },
  };
  return { modules: { util, 'util/types': types, sys: util }, formatWords, same };
})
