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

  // ---- inert recorders: made when the first thing is missing ---------------------------------------------------
  const silentKeys = { __proto__: null, then: 1, toJSON: 1, inspect: 1, constructor: 1, __esModule: 1, $$typeof: 1, nodeType: 1, asymmetricMatch: 1 };
  const inert = (name) => world('inert').inert(name);
  W.silentKeys = silentKeys;
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
  const groups = create(null);
  for (const part of 'http https http2|net tls dgram dns dns/promises|fs fs/promises|path path/posix path/win32|util util/types sys|stream stream/promises stream/web stream/consumers|url querystring punycode|small console timers timers/promises vm worker_threads readline readline/promises module assert assert/strict v8 perf_hooks async_hooks string_decoder constants tty cluster inspector diagnostics_channel sqlite test node:test wasi repl domain trace_events|web bun'.split('|')) {
    const names = part.split(' ');
    for (let at = 1; at < names.length; at++) groups[names[at]] = names[0];
  }
  const single = create(null);
  for (const name of 'buffer child_process crypto events fs http net os path process stream url util zlib'.split(' ')) single[name] = 1;
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
  W.builtinNames = () => keys(single).concat(keys(groups).filter((name) => name !== 'bun'));
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
  // One call must not be worth a gigabyte: beyond this the engine of old, too, knew no string.
  for (const name of ['repeat', 'padStart', 'padEnd']) {
    const real = String.prototype[name];
    hide(name, { [name](count, fill) { if (+count * (name === 'repeat' ? String(this).length : 1) > 67108864) throw new RangeError('Invalid string length'); return apply(real, this, fill === undefined ? [count] : [count, fill]); } }[name], String.prototype);
  }

  // ---- timers on the virtual clock -----------------------------------------------------------------------------
  const resolved = Promise.resolve();
  let timers = [];
  let nextTimer = 1;
  const now = () => H.advance(0);
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
  W.timing = { get timers() { return timers; }, set timers(all) { timers = all; }, next: () => nextTimer++, now };
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate']) lazy(name, () => world('timers')[name]);
  hide('queueMicrotask', (callback) => { resolved.then(callback); });

  // ---- answers of the scripted network ---------------------------------------------------------------------------
  hide('parse', function parse(text, reviver) {
    if (typeof text === 'string' && text.length < 4096 && text.includes(M.mark)) {
      try { return parseJson(text, reviver); } catch { return world('inert').scripted(0); }
    }
    return parseJson(text, reviver);
  }, JSON);
  W.parseJson = parseJson;

  // ---- the loader ------------------------------------------------------------------------------------------------
  const cache = create(null);
  const dirname = (path) => { const at = path.lastIndexOf('/'); return at <= 0 ? '/' : path.slice(0, at); };
  const shown = (path) => (M.windows ? (/^\/[A-Za-z]:/.test(path) ? path.slice(1) : 'C:' + path).replace(/\//g, '\\') : path);
  W.shown = shown;
  const kindOf = (path) => { const found = H.stat(path); return found ? found[0] : 0; };
  function resolve(name, from, esm) {
    if (name.startsWith('file:')) name = decodeURIComponent(name.replace(/^file:\/\//, ''));
    if (name[0] === '.' || name[0] === '/' || /^[A-Za-z]:[\\/]/.test(name)) return H.findFile(H.absolute(name, dirname(from)), true);
    return world('packages').resolve(name, from, esm);
  }
  W.dirname = dirname; W.kindOf = kindOf;
  W.resolve = resolve;
  function Module(id, parent) {
    this.id = id; this.path = dirname(id); this.exports = {}; this.parent = parent; this.filename = shown(id);
    this.loaded = false; this.children = []; this.paths = [];
  }
  Module._cache = create(null);
  Module._extensions = { '.js'() {}, '.json'() {}, '.node'() {} };
  for (const name of '_resolveFilename builtinModules isBuiltin createRequire wrap Module _nodeModulePaths _pathCache globalPaths syncBuiltinESMExports register findSourceMap runMain'.split(' ')) lazy(name, () => world('modules').statics[name], Module);
  for (const name of ['_compile', 'load']) lazy(name, () => world('modules').methods[name], Module.prototype);
  Module._load = (name, parent) => load(String(name), (parent && parent.id) || main.id, 'Module._load', false);
  Module.prototype.require = function (name) { return Module._load(name, this); };
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
    if (name.startsWith('data:')) return world('esm').loadData(name, from);
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
    const esm = H.isModule(path);
    const made = H.compile(path, source, esm);
    const [body, isModule] = [made[0], made[1]];
    if (!isModule) {
      return apply(body, module.exports, [module.exports, requireFrom(module, 'require'), module, module.filename, shown(dirname(path)), importer(path)]);
    }
    return world('esm').run(module, body, path, made[2]);
  }
  const asNamespace = (value) => world('esm').asNamespace(value);
  const importer = (from) => disguise((name) => world('esm').importing(from, name));
  hide('__importForGenerated', (name) => asNamespace(load(String(name), main.id, 'import()', true)));
  W.run = run; W.importer = importer; W.notFound = notFound; W.cache = cache;
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
  if (!M.browser) lazy('process', () => world('process'));
  for (const name of 'fetch Headers Request Response WebSocket XMLHttpRequest FormData Blob AbortController AbortSignal Event EventTarget EventSource TextEncoder TextDecoder performance structuredClone atob btoa crypto WebAssembly BroadcastChannel MessageChannel navigator Intl CustomEvent DOMException ReadableStream CompressionStream DecompressionStream'.split(' ')) {
    if (name === 'XMLHttpRequest' && !M.browser) continue;
    lazy(name, () => world('web').globals[name]);
  }
  for (const name of ['URL', 'URLSearchParams']) lazy(name, () => W.use('url')[name]);
  const console_ = create(null);
  const plain = (words) => { for (let at = 0; at < words.length; at++) if (typeof words[at] !== 'string') return false; return words.length > 0 && (words.length === 1 || !words[0].includes('%')); };
  const line = (stream) => disguise((...words) => { emit('print', stream, plain(words) ? apply(joined, words, [' ']) : world('util').formatWords(words)); });
  const each = (names, make) => { for (const name of names.split(' ')) console_[name] = make(); };
  const joined = Array.prototype.join;
  each('log info debug dir table group groupCollapsed timeLog timeEnd', () => line('stdout'));
  each('error warn trace assert', () => line('stderr'));
  each('clear count countReset groupEnd time profile profileEnd', () => disguise(() => {}));
  console_.Console = function () { return console_; };
  hide('console', setPrototypeOf(console_, Object.prototype));
  if (M.browser) world('browser');

  // ---- what the stage calls --------------------------------------------------------------------------------------
  let loaded;
  return {
    tick,
    runMain(path, wanted) {
      if (kindOf(path) !== 1) { const found = H.findFile(path, true); if (found) path = found; }
      if (kindOf(path) !== 1) { emit('missing', 'file ' + path); return undefined; }
      main = new Module(path, null);
      main.id = path;
      if (!wanted) { Module._cache[shown(path)] = main; }
      cache[path] = main;
      const source = H.peekFile(path);
      if (path.endsWith('.json')) return undefined;
      const done = run(main, source, path);
      main.loaded = true;
      loaded = main;
      return done;
    },
    runCode(code) {
      main = new Module(H.absolute('[eval]'), null);
      const made = H.compile(main.id, code, false);
      hide('require', requireFrom(main, 'require')); hide('module', main); hide('exports', main.exports);
      if (made[1]) return run(main, code, main.id + '.mjs');
      return apply(made[0], main.exports, [main.exports, requireFrom(main, 'require'), main, main.filename, shown(main.path), importer(main.id)]);
    },
    drive() { if (loaded) world('drive')(loaded.exports); },
    uncaught: (error) => { const process = built.process; if (W.listening && process.listenerCount('uncaughtException')) process.emit('uncaughtException', error); },
  };
})
