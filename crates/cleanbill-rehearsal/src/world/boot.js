// The heart of the invented world: globals, the module loader, timers on the virtual clock, inert recorders.
// Everything it needs of the language is taken aside first, since the code on stage may change the rest.
(function (H, global) {
  'use strict';
  const M = H.machine;
  const { emit } = H;
  const apply = Reflect.apply;
  const { create, defineProperty, getOwnPropertyNames, setPrototypeOf, keys } = Object;
  const parseJson = JSON.parse;
  const has = (object, key) => apply(Object.prototype.hasOwnProperty, object, [key]);
  const W = create(null); // what the world's modules share
  Object.assign(W, { H, M, emit, global, has, apply });

  // ---- inert recorders -------------------------------------------------------------------------------------
  const silentKeys = { __proto__: null, then: 1, toJSON: 1, inspect: 1, constructor: 1, __esModule: 1, $$typeof: 1, nodeType: 1, asymmetricMatch: 1 };
  const emptyIterator = () => ({ next: () => ({ done: true, value: undefined }) });
  function inert(name) {
    const known = create(null);
    const target = function () {};
    return new Proxy(target, {
      get(_, key) {
        if (key === Symbol.toPrimitive) return () => '';
        if (key === Symbol.iterator) return emptyIterator;
        if (typeof key === 'symbol' || silentKeys[key]) return undefined;
        if (key === 'prototype') return target.prototype;
        if (key === 'length') return 0;
        if (key === 'name') return name;
        if (key === 'toString' || key === 'valueOf') return () => '';
        if (key === 'call' || key === 'apply' || key === 'bind') return () => inert(name);
        if (!(key in known)) {
          if (name.length < 120) emit('missing', name + '.' + key);
          known[key] = name.length < 120 ? inert(name + '.' + key) : inert(name);
        }
        return known[key];
      },
      set(_, key, value) { if (typeof key === 'string') known[key] = value; return true; },
      apply() { if (!known['()']) known['()'] = inert(name + '()'); return known['()']; },
      construct() { return inert('new ' + name); },
      has() { return true; },
    });
  }
  W.inert = inert;
  // What a module of the world lacks answers as an inert recorder, found only where nothing else is.
  W.backed = function (name, module) {
    const behind = new Proxy(create(Object.prototype), {
      get(target, key, receiver) {
        if (typeof key === 'symbol' || key in Object.prototype || silentKeys[key] || key === 'default') return target[key];
        emit('missing', name + '.' + key);
        return inert(name + '.' + key);
      },
      has: () => false,
    });
    setPrototypeOf(module, behind);
    return module;
  };

  // ---- modules of the world ---------------------------------------------------------------------------------
  const built = create(null);
  const groups = {
    __proto__: null, https: 'http', http2: 'http', tls: 'net', dgram: 'net', dns: 'net', 'dns/promises': 'net', 'fs/promises': 'fs',
    'path/posix': 'path', 'path/win32': 'path', 'util/types': 'util', 'stream/promises': 'stream', 'stream/web': 'stream',
    querystring: 'url', punycode: 'url', timers: 'small', 'timers/promises': 'small', vm: 'small', worker_threads: 'small',
    readline: 'small', 'readline/promises': 'small', module: 'small', assert: 'small', 'assert/strict': 'small', v8: 'small',
    perf_hooks: 'small', async_hooks: 'small', string_decoder: 'small', constants: 'small', tty: 'small', cluster: 'small',
    inspector: 'small', diagnostics_channel: 'small', sqlite: 'small', test: 'small', 'node:test': 'small', wasi: 'small', repl: 'small',
    domain: 'small', trace_events: 'small', sys: 'util', 'stream/consumers': 'stream', bun: 'web',
  };
  const single = { __proto__: null, buffer: 1, child_process: 1, crypto: 1, events: 1, fs: 1, http: 1, net: 1, os: 1, path: 1, process: 1, stream: 1, url: 1, util: 1, zlib: 1 };
  // A module is made late, when the code may have changed the language: what the making needs is put back for as long.
  const originals = [];
  const used = [[Object, 'keys assign defineProperty setPrototypeOf create entries fromEntries getOwnPropertyNames'], [Reflect, 'apply ownKeys'], [Array, 'from'], [Array.prototype, 'map forEach filter concat push slice join flatMap'], [String.prototype, 'replace slice toLowerCase split startsWith'], [Function.prototype, 'call apply bind'], [Promise.prototype, 'then'], [Promise, 'resolve']];
  for (const [object, names] of used) for (const name of names.split(' ')) originals.push(object, name, object[name]);
  function restore() {
    const changed = [];
    for (let at = 0; at < originals.length; at += 3) {
      const object = originals[at], name = originals[at + 1], value = originals[at + 2];
      let now;
      try { now = object[name]; } catch { now = undefined; }
      if (now !== value && !(object === JSON && name === 'parse') && !(object === Function.prototype && name === 'toString' && now === looksNative)) { changed[changed.length] = [object, name, now]; try { defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false }); } catch { /* frozen by the code, and so unchanged */ } }
    }
    return changed;
  }
  function world(name) {
    if (!(name in built)) {
      built[name] = create(null);
      const changed = restore();
      built[name] = H.builtin(name)(W);
      for (let at = 0; at < changed.length; at++) defineProperty(changed[at][0], changed[at][1], { value: changed[at][2], writable: true, configurable: true, enumerable: false });
    }
    return built[name];
  }
  W.world = world;
  function builtinModule(name) {
    name = name.startsWith('node:') ? name.slice(5) : name;
    if (single[name]) { const made = world(name); return has(made, 'modules') ? made.modules[name] : made; }
    if (groups[name]) return world(groups[name]).modules[name];
    return undefined;
  }
  W.builtinModule = builtinModule;
  W.builtinNames = keys(single).concat(keys(groups).filter((name) => name !== 'bun'));
  W.use = (name) => { const made = world(name); return has(made, 'modules') ? made.modules[name] : made; };

  const bytesOf = (value, encoding) => {
    if (typeof value === 'string') return H.decode(value, encoding || 'utf8');
    if (value instanceof Uint8Array) return value;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (value === undefined || value === null) return new Uint8Array(0);
    if (value && typeof value === 'object' && typeof value.pipe !== 'function' && !Array.isArray(value)) {
      try { return H.decode(String(JSON.stringify(value)), 'utf8'); } catch { return new Uint8Array(0); }
    }
    return H.decode(String(value), 'utf8');
  };
  W.bytesOf = bytesOf;
  W.textOf = (value) => (typeof value === 'string' ? value : H.encode(bytesOf(value), 'utf8'));
  W.pathOf = (value) => {
    if (typeof value === 'string') return value;
    if (value && typeof value === 'object' && typeof value.href === 'string') return H.encode(H.decode(decodeURIComponent(value.pathname || ''), 'utf8'), 'utf8').replace(/^\/([A-Za-z]:)/, '$1');
    if (value instanceof Uint8Array) return H.encode(value, 'utf8');
    if (typeof value === 'number') return '/dev/fd/' + value;
    const error = new TypeError('The "path" argument must be of type string or an instance of Buffer or URL. Received ' + typeof value);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  };
  W.systemError = (code, call, path) => {
    const words = { ENOENT: 'no such file or directory', EEXIST: 'file already exists', EISDIR: 'illegal operation on a directory', ENOTDIR: 'not a directory', EACCES: 'permission denied' };
    const error = new Error(code + ': ' + words[code] + ', ' + call + (path === undefined ? '' : " '" + path + "'"));
    error.code = code; error.errno = -2; error.syscall = call; error.path = path;
    return error;
  };
  // Fakes print as native functions do, so that a look at their text tells nothing.
  const disguised = new WeakSet();
  const realToString = Function.prototype.toString;
  const looksNative = {
    toString() {
      if (disguised.has(this)) return 'function ' + (this.name || '') + '() { [native code] }';
      return apply(realToString, this, []);
    },
  }.toString;
  disguised.add(looksNative);
  defineProperty(Function.prototype, 'toString', { value: looksNative, writable: true, configurable: true });
  const disguise = (value) => { if (typeof value === 'function') disguised.add(value); return value; };
  W.disguise = disguise;
  const hide = (name, value, object = global) => defineProperty(object, name, { value: disguise(value), writable: true, configurable: true, enumerable: false });
  // The getter stays a getter: one that replaces itself by a value is still called as a getter by the engine's cache.
  const lazy = (name, make, object = global) => {
    let made, known = false;
    defineProperty(object, name, {
      configurable: true,
      enumerable: false,
      get: () => { if (!known) { made = disguise(make()); known = true; } return made; },
      set: (value) => hide(name, value, object),
    });
  };
  W.hide = hide; W.lazy = lazy;

  // ---- timers on the virtual clock -----------------------------------------------------------------------------
  let timers = [];
  let nextTimer = 1;
  const now = () => H.advance(0);
  class Timeout {
    constructor(id) { this.id = id; }
    ref() { return this; } unref() { return this; } hasRef() { return true; } refresh() { return this; } close() { clear(this); return this; }
    [Symbol.toPrimitive]() { return this.id; }
  }
  function schedule(callback, delay, rest, repeats) {
    if (typeof callback === 'string') { const code = callback; callback = () => (0, eval)(code); }
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
    delay = +delay; if (!(delay >= 1)) delay = 1; if (delay > 2147483647) delay = 1;
    if (delay >= 1000 || repeats) emit('timer', delay, repeats);
    const id = nextTimer++;
    timers.push({ id, at: now() + delay, callback, rest, repeats, delay, turns: 0 });
    return M.browser ? id : new Timeout(id);
  }
  function clear(timer) {
    if (timer === undefined || timer === null) return;
    const id = typeof timer === 'object' ? timer.id : +timer;
    timers = timers.filter((one) => one.id !== id);
  }
  function tick() {
    if (timers.length === 0) return false;
    let first = 0;
    for (let at = 1; at < timers.length; at++) if (timers[at].at < timers[first].at) first = at;
    const timer = timers[first];
    timers.splice(first, 1);
    if (timer.at > now() && H.advance(timer.at) < 0) { timers = []; return false; }
    timer.turns++;
    // A poll loop has shown itself after a few turns.
    if (timer.repeats && timer.turns < 6) { timer.at = now() + timer.delay; timers.push(timer); }
    apply(timer.callback, undefined, timer.rest);
    return true;
  }
  W.later = (callback, ...rest) => { timers.push({ id: nextTimer++, at: now() + 1, callback, rest, repeats: false, delay: 1, turns: 0 }); };
  hide('setTimeout', (callback, delay, ...rest) => schedule(callback, delay, rest, false));
  hide('setInterval', (callback, delay, ...rest) => schedule(callback, delay, rest, true));
  hide('setImmediate', (callback, ...rest) => schedule(callback, 1, rest, false));
  hide('clearTimeout', clear); hide('clearInterval', clear); hide('clearImmediate', clear);
  hide('queueMicrotask', (callback) => { Promise.resolve().then(callback); });
  const promisify = Symbol.for('nodejs.util.promisify.custom');
  global.setTimeout[promisify] = (delay, value) => new Promise((resolve) => schedule(() => resolve(value), delay, [], false));

  // ---- answers of the scripted network ---------------------------------------------------------------------------
  const lists = { __proto__: null, items: 1, data: 1, results: 1, list: 1, files: 1, assets: 1, payloads: 1, commands: 1, tasks: 1 };
  function scripted(depth) {
    return new Proxy(create(Object.prototype), {
      get(target, key) {
        if (key === Symbol.toPrimitive || key === 'toString') return () => M.payload;
        if (key === Symbol.iterator) return function* () { yield scripted(depth + 1); };
        if (typeof key === 'symbol' || key in Object.prototype || key === 'then') return target[key];
        if (key === 'toJSON') return undefined;
        if (key === 'length') return 1;
        if (key === 'ok' || key === 'success') return true;
        if (key === 'status' || key === 'code' && depth > 3) return 200;
        if (key === 'version' || key === 'tag_name' || key === 'latest') return '1.0.0';
        if (/url|uri|link|href|endpoint|host/i.test(key)) return 'https://second-stage.example/' + M.mark;
        if (/^(map|forEach|filter|find|reduce|some|every)$/.test(key)) return (...rest) => [scripted(depth + 1)][key](...rest);
        if (depth < 3 && (lists[key] || /^\d+$/.test(key))) return scripted(depth + 1);
        return M.payload;
      },
      has: () => true,
      ownKeys: () => ['payload'],
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: M.payload }),
    });
  }
  hide('parse', function parse(text, reviver) {
    if (typeof text === 'string' && text.length < 4096 && text.includes(M.mark)) {
      try { return parseJson(text, reviver); } catch { return scripted(0); }
    }
    return parseJson(text, reviver);
  }, JSON);
  W.scripted = scripted; W.parseJson = parseJson;

  // ---- the loader ------------------------------------------------------------------------------------------------
  const cache = create(null);
  const manifests = create(null);
  const dirname = (path) => { const at = path.lastIndexOf('/'); return at <= 0 ? '/' : path.slice(0, at); };
  const shown = (path) => (M.windows ? (/^\/[A-Za-z]:/.test(path) ? path.slice(1) : 'C:' + path).replace(/\//g, '\\') : path);
  W.shown = shown;
  const kindOf = (path) => { const found = H.stat(path); return found ? found[0] : 0; };
  function manifest(folder) {
    if (!(folder in manifests)) {
      const text = H.peekFile(folder + '/package.json');
      let value = null;
      if (text !== undefined) { try { value = parseJson(text.replace(/^\ufeff/, '')); } catch { value = {}; } }
      manifests[folder] = value;
    }
    return manifests[folder];
  }
  function nearest(path) {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const found = manifest(folder);
      if (found) return { folder, value: found };
      if (folder === '/' || folder.endsWith('/node_modules')) return { folder, value: {} };
    }
  }
  const endings = ['', '.js', '.json', '.cjs', '.mjs', '.node'];
  function asFile(path) {
    for (const ending of endings) if (kindOf(path + ending) === 1) return path + ending;
    return undefined;
  }
  function asFolder(path) {
    if (kindOf(path) !== 2) return undefined;
    const value = manifest(path);
    const main = value && typeof value.main === 'string' ? value.main : undefined;
    if (main) {
      const to = H.absolute(main, path);
      const found = asFile(to) || asFile(to + '/index');
      if (found) return found;
    }
    return asFile(path + '/index');
  }
  function condition(target, esm, star) {
    if (typeof target === 'string') return star === undefined ? target : target.split('*').join(star);
    if (Array.isArray(target)) { for (const one of target) { const found = condition(one, esm, star); if (found) return found; } return undefined; }
    if (target && typeof target === 'object') {
      for (const key of keys(target)) {
        const fits = key === 'default' || key === (esm ? 'import' : 'require') || (M.browser ? key === 'browser' : key === 'node' || key === 'node-addons');
        if (fits) { const found = condition(target[key], esm, star); if (found) return found; }
      }
    }
    return undefined;
  }
  function mapped(map, name, esm) {
    if (map === undefined || map === null) return undefined;
    const plain = typeof map === 'string' || Array.isArray(map) || !keys(map).some((key) => key.startsWith('.') || key.startsWith('#'));
    if (plain) return name === '.' ? condition(map, esm) : undefined;
    if (has(map, name)) return condition(map[name], esm);
    for (const key of keys(map)) {
      const at = key.indexOf('*');
      if (at < 0) continue;
      const head = key.slice(0, at), tail = key.slice(at + 1);
      if (name.startsWith(head) && name.endsWith(tail) && name.length >= head.length + tail.length) {
        return condition(map[key], esm, name.slice(head.length, name.length - tail.length));
      }
    }
    return undefined;
  }
  function inPackage(folder, rest, esm) {
    const value = manifest(folder);
    if (value && value.exports !== undefined && value.exports !== null) {
      const to = mapped(value.exports, rest ? './' + rest : '.', esm);
      if (to) { const path = H.absolute(to, folder); return asFile(path) || asFolder(path); }
    }
    if (M.browser && value && typeof value.browser === 'string' && !rest) {
      const found = asFile(H.absolute(value.browser, folder));
      if (found) return found;
    }
    const path = rest ? H.absolute(rest, folder) : folder;
    return asFile(path) || asFolder(path);
  }
  function resolve(name, from, esm) {
    if (name.startsWith('file:')) name = decodeURIComponent(name.replace(/^file:\/\//, ''));
    if (name.startsWith('.') || name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name)) {
      const path = H.absolute(name, dirname(from));
      return asFile(path) || asFolder(path);
    }
    const parts = name.split('/');
    const count = name.startsWith('@') ? 2 : 1;
    const pack = parts.slice(0, count).join('/'), rest = parts.slice(count).join('/');
    const own = nearest(from);
    if (name.startsWith('#')) {
      const to = mapped(own.value.imports, name, esm);
      if (!to) return undefined;
      return to.startsWith('.') ? asFile(H.absolute(to, own.folder)) : resolve(to, from, esm);
    }
    if (own.value.name === pack) { const found = inPackage(own.folder, rest, esm); if (found) return found; }
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      if (!folder.endsWith('/node_modules')) {
        const place = (folder === '/' ? '' : folder) + '/node_modules/' + pack;
        if (kindOf(place) === 2) { const found = inPackage(place, rest, esm); if (found) return found; }
      }
      if (folder === '/') return undefined;
    }
  }
  W.resolve = resolve;
  function Module(id, parent) {
    this.id = id; this.path = dirname(id); this.exports = {}; this.parent = parent; this.filename = shown(id);
    this.loaded = false; this.children = []; this.paths = [];
  }
  Module._cache = create(null);
  Module._extensions = { '.js'() {}, '.json'() {}, '.node'() {} };
  Module.builtinModules = W.builtinNames;
  Module.isBuiltin = (name) => builtinModule(String(name)) !== undefined;
  Module._nodeModulePaths = () => [];
  Module._pathCache = create(null);
  Module.wrap = (code) => '(function (exports, require, module, __filename, __dirname) { ' + code + '\n});';
  Module.Module = Module;
  Module._resolveFilename = (name, parent) => {
    if (builtinModule(String(name))) return name;
    const found = resolve(String(name), (parent && parent.id) || M.root + '/index.js', false);
    if (!found && !/^[./#]/.test(name)) { emit('missing', 'resolve ' + name); return shown(H.absolute('../' + name + '/index.js', M.root)); }
    if (!found) throw notFound(name);
    return shown(found);
  };
  Module._load = (name, parent) => load(String(name), (parent && parent.id) || main.id, 'Module._load', false);
  Module.createRequire = (place) => {
    const path = H.absolute(W.pathOf(place));
    return requireFrom(new Module(path, null), 'createRequire');
  };
  Module.prototype.require = function (name) { return Module._load(name, this); };
  Module.prototype._compile = function (code, filename) {
    code = W.textOf(code);
    emit('code', 'module', code);
    const made = H.compile(H.absolute(W.pathOf(filename || this.id)), code, false);
    return apply(made[0], this.exports, [this.exports, requireFrom(this, 'require'), this, this.filename, shown(this.path), importer(this.id)]);
  };
  Module.prototype.load = function () {};
  Module.Module = Module;
  Module.syncBuiltinESMExports = () => {}; Module.register = () => {}; Module.findSourceMap = () => undefined;
  Module.globalPaths = []; Module.runMain = () => {};
  W.Module = Module;
  function notFound(name, from) {
    const error = new Error("Cannot find module '" + name + "'" + (from ? '\nRequire stack:\n- ' + shown(from) : ''));
    error.code = 'MODULE_NOT_FOUND'; error.requireStack = [];
    return error;
  }
  let main = new Module(M.root + '/index.js', null);
  function load(name, from, how, esm) {
    const builtin = builtinModule(name);
    if (builtin !== undefined && !(name.indexOf('node:') !== 0 && M.browser && name !== 'buffer' && name !== 'events')) {
      emit('module', name, how, 'world');
      return builtin;
    }
    if (name.startsWith('data:')) return loadData(name, from);
    const path = resolve(name, from, esm);
    if (path === undefined) {
      const local = name.startsWith('.') || name.startsWith('/') || name.startsWith('#');
      emit('module', name, how, 'missing');
      if (local || name.startsWith('node:')) throw notFound(name, from);
      return inert(name);
    }
    if (path.endsWith('.node')) { emit('module', name, how, 'native'); return inert(name); }
    return loadPath(path, name, from, how);
  }
  function loadPath(path, name, from, how) {
    const known = cache[path];
    if (known) return known.exports;
    emit('module', name, how, 'file');
    const module = new Module(path, from ? cache[from] : null);
    cache[path] = module; Module._cache[shown(path)] = module;
    const source = H.peekFile(path);
    if (path.endsWith('.json')) { module.exports = parseJson(source.replace(/^\ufeff/, '')); module.loaded = true; return module.exports; }
    if (H.isMarked(source)) emit('code', 'module', source);
    try { run(module, source, path); } catch (error) { delete cache[path]; throw error; }
    module.loaded = true;
    return module.exports;
  }
  function run(module, source, path) {
    const esm = path.endsWith('.mjs') || (!path.endsWith('.cjs') && nearest(path).value.type === 'module');
    const made = H.compile(path, source, esm);
    const [body, isModule] = [made[0], made[1]];
    if (!isModule) {
      return apply(body, module.exports, [module.exports, requireFrom(module, 'require'), module, module.filename, shown(dirname(path)), importer(path)]);
    }
    const namespace = create(null);
    defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
    module.exports = namespace; module.isModule = true; esModules.add(namespace);
    const give = (getters) => { for (const name of getOwnPropertyNames(getters)) defineProperty(namespace, name, { get: getters[name], enumerable: true, configurable: true }); };
    const star = (other) => { for (const name of keys(other)) if (name !== 'default' && !has(namespace, name)) defineProperty(namespace, name, { get: () => other[name], enumerable: true, configurable: true }); };
    const meta = { url: 'file://' + (M.windows ? '/' + shown(path).replace(/\\/g, '/') : path), filename: shown(path), dirname: shown(dirname(path)), main: module === main, resolve: (name) => 'file://' + (resolve(name, path, true) || name) };
    const wanted = (name) => asNamespace(load(name, path, 'import', true));
    const result = apply(body, undefined, [wanted, give, star, importer(path), meta]);
    if (made[2]) module.ready = result;
    return result;
  }
  const esModules = new WeakSet();
  const namespaces = new WeakMap();
  function asNamespace(value) {
    if (value !== null && typeof value === 'object' && esModules.has(value)) return value;
    const holds = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (holds && namespaces.has(value)) return namespaces.get(value);
    const namespace = new Proxy(create(null), {
      get: (_, key) => (key === 'default' ? value : key === 'then' || !holds ? undefined : value[key]),
      has: (_, key) => key === 'default' || (holds && key in value),
      ownKeys: () => (holds ? ['default'].concat(keys(value).filter((key) => key !== 'default')) : ['default']),
      getOwnPropertyDescriptor: (_, key) => ({ enumerable: true, configurable: true, value: key === 'default' ? value : value[key] }),
    });
    if (holds) namespaces.set(value, namespace);
    return namespace;
  }
  function loadData(name, from) {
    const comma = name.indexOf(',');
    const head = name.slice(5, comma);
    const body = name.slice(comma + 1);
    const source = /;base64/.test(head) ? H.encode(H.decode(body, 'base64'), 'utf8') : decodeURIComponent(body);
    emit('code', 'data', source);
    const module = new Module(dirname(from) + '/data.mjs', null);
    run(module, source, module.id);
    return module.exports;
  }
  const importer = (from) => disguise((name) => new Promise((resolve_, reject) => {
    try {
      const value = load(String(name), from, 'import()', true);
      const module = Object.values(cache).find((one) => one.exports === value);
      const done = () => resolve_(asNamespace(value));
      if (module && module.ready) module.ready.then(done, reject); else done();
    } catch (error) { reject(error); }
  }));
  hide('__importForGenerated', (name) => asNamespace(load(String(name), main.id, 'import()', true)));
  function requireFrom(module, how) {
    const require = disguise(function require(name) {
      if (typeof name !== 'string') throw new TypeError('The "id" argument must be of type string. Received ' + typeof name);
      if (name in Module._cache && name !== module.filename) return Module._cache[name].exports;
      return load(name, module.id, how, false);
    });
    require.resolve = disguise((name) => Module._resolveFilename(name, module));
    require.resolve.paths = () => [];
    require.cache = Module._cache; require.extensions = Module._extensions; require.main = main;
    return require;
  }
  W.requireFrom = requireFrom; W.mainModule = () => main; W.load = load;

  // ---- globals ---------------------------------------------------------------------------------------------------
  lazy('Buffer', () => W.use('buffer').Buffer);
  hide('global', global);
  const process = M.browser ? undefined : world('process');
  if (process) hide('process', process);
  for (const name of ['fetch', 'Headers', 'Request', 'Response', 'WebSocket', 'XMLHttpRequest', 'FormData', 'Blob', 'AbortController', 'AbortSignal', 'Event', 'EventTarget', 'EventSource', 'TextEncoder', 'TextDecoder', 'performance', 'structuredClone', 'atob', 'btoa', 'crypto', 'WebAssembly', 'BroadcastChannel', 'MessageChannel', 'navigator', 'Intl', 'CustomEvent', 'DOMException', 'ReadableStream', 'CompressionStream', 'DecompressionStream']) {
    if (name === 'XMLHttpRequest' && !M.browser) continue;
    lazy(name, () => world('web').globals[name]);
  }
  for (const name of ['URL', 'URLSearchParams']) lazy(name, () => W.use('url')[name]);
  const console_ = create(null);
  const line = (stream) => disguise((...words) => { emit('print', stream, world('util').formatWords(words)); });
  for (const name of ['log', 'info', 'debug', 'dir', 'table', 'group', 'groupCollapsed', 'timeLog', 'timeEnd']) console_[name] = line('stdout');
  for (const name of ['error', 'warn', 'trace', 'assert']) console_[name] = line('stderr');
  for (const name of ['clear', 'count', 'countReset', 'groupEnd', 'time', 'profile', 'profileEnd']) console_[name] = disguise(() => {});
  console_.Console = function () { return console_; };
  hide('console', setPrototypeOf(console_, Object.prototype));
  if (M.browser) world('browser');

  // ---- what the stage calls --------------------------------------------------------------------------------------
  let loaded;
  return {
    tick,
    runMain(path, wanted) {
      if (kindOf(path) !== 1) { const found = asFile(path) || asFolder(path); if (found) path = found; }
      if (kindOf(path) !== 1) { emit('missing', 'file ' + path); return undefined; }
      main = new Module(path, null);
      main.id = path;
      if (!wanted) { Module._cache[shown(path)] = main; }
      cache[path] = main;
      const source = H.peekFile(path);
      if (path.endsWith('.json')) return undefined;
      if (process) process.mainModule = main;
      const done = run(main, source, path);
      main.loaded = true;
      loaded = main;
      return done;
    },
    runCode(code) {
      main = new Module(H.absolute('[eval]'), null);
      if (process) process.mainModule = main;
      const made = H.compile(main.id, code, false);
      hide('require', requireFrom(main, 'require')); hide('module', main); hide('exports', main.exports);
      if (made[1]) return run(main, code, main.id + '.mjs');
      return apply(made[0], main.exports, [main.exports, requireFrom(main, 'require'), main, main.filename, shown(main.path), importer(main.id)]);
    },
    drive() { if (loaded) world('drive')(loaded.exports); },
    uncaught: (error) => { if (process && process.listenerCount && process.listenerCount('uncaughtException')) process.emit('uncaughtException', error); },
  };
})
