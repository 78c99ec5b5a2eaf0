// The heart of the invented world: what every program needs at once. All else is compiled when it is first asked for.
// Everything needed of the language is taken aside first, since the code on stage may change the rest.
(function (H, global) {
  'use strict';
  const M = H.machine;
  const { emit, lazies } = H;
  const { apply } = Reflect;
  const { create, defineProperty, hasOwn } = Object;
  const parseJson = JSON.parse;
  // What the world's modules share.
  const W = { __proto__: null, H, M, emit, global, apply, parseJson, has: hasOwn, listening: false, tick: undefined };

  // ---- modules of the world ----------------------------------------------------------------------------------
  const built = create(null);
  const world = W.world = (name) => {
    if (!(name in built)) {
      built[name] = create(null);
      const putBack = H.restore();
      built[name] = H.builtin(name)(W);
      putBack();
    }
    return built[name];
  };
  const builtinModule = W.builtinModule = (name) => {
    const from = H.moduleOf(name);
    if (from === undefined) return undefined;
    const made = world(from[0]);
    return hasOwn(made, 'modules') ? made.modules[from[1]] : made;
  };
  W.use = builtinModule;
  lazies(W, 'backed silentKeys', (name) => world('backed')[name]);
  lazies(W, 'bytesOf textOf pathOf systemError', (name) => world('convert')[name]);
  lazies(W, 'inert scripted', (name) => world('inert')[name]);
  lazies(W, 'later', (name) => world('timers')[name]);
  lazies(W, 'resolve kindOf notFound', (name) => world('loader')[name]);

  // ---- fakes: they print as native functions do, so that a look at their text tells nothing --------------------
  const disguised = new WeakSet();
  const { add, has: holds } = WeakSet.prototype;
  const disguise = W.disguise = (value) => { if (typeof value === 'function') apply(add, disguised, [value]); return value; };
  const realToString = Function.prototype.toString;
  const hide = W.hide = (name, value, object = global) => defineProperty(object, name, { value: disguise(value), writable: true, configurable: true, enumerable: false });
  W.lazy = (name, make, object = global) => lazies(object, name, () => disguise(make()));
  hide('toString', { toString() { return typeof this === 'function' && apply(holds, disguised, [this]) ? 'function ' + (this.name || '') + '() { [native code] }' : apply(realToString, this, []); } }.toString, Function.prototype);
  // Answers of the scripted network are no JSON, and are read as some.
  hide('parse', function parse(text, reviver) {
    if (typeof text === 'string' && text.length < 4096 && text.includes(M.mark)) { try { return parseJson(text, reviver); } catch { return W.scripted(0); } }
    return parseJson(text, reviver);
  }, JSON);

  // ---- programs -------------------------------------------------------------------------------------------------
  const cache = W.cache = create(null);
  const dirname = W.dirname = (path) => { const at = path.lastIndexOf('/'); return at <= 0 ? '/' : path.slice(0, at); };
  const shown = W.shown = M.windows ? (path) => world('loader').windowsPath(path) : (path) => path;
  function Module(id, parent) {
    this.id = id; this.path = dirname(id); this.exports = {}; this.parent = parent; this.filename = shown(id);
    this.loaded = false; this.children = []; this.paths = [];
  }
  W.Module = Module;
  Module._cache = create(null);
  Module._extensions = { '.js'() {}, '.json'() {}, '.node'() {} };
  lazies(Module, '_resolveFilename builtinModules isBuiltin createRequire wrap Module _nodeModulePaths _pathCache globalPaths syncBuiltinESMExports register findSourceMap runMain', (name) => disguise(world('modules').statics[name]));
  lazies(Module.prototype, '_compile load', (name) => disguise(world('modules').methods[name]));
  Module._load = (name, parent) => load(String(name), (parent && parent.id) || W.main.id, 'Module._load', false);
  Module.prototype.require = function (name) { return Module._load(name, this); };
  const load = W.load = (name, from, how, esm) => {
    const builtin = builtinModule(name);
    if (builtin === undefined || (M.browser && name.indexOf('node:') !== 0 && name !== 'buffer' && name !== 'events')) return world('loader').load(name, from, how, esm);
    emit('module', name, how, 'world');
    return builtin;
  };
  const importer = W.importer = (from) => disguise((name) => world('esm').importing(from, name));
  const requireFrom = W.requireFrom = (module, how) => {
    const require = disguise(function require(name) {
      if (typeof name !== 'string') throw new TypeError('The "id" argument must be of type string. Received ' + typeof name);
      if (name in Module._cache && name !== module.filename) return Module._cache[name].exports;
      return load(name, module.id, how, false);
    });
    lazies(require, 'resolve', () => world('modules').resolver(module));
    require.cache = Module._cache; require.extensions = Module._extensions; require.main = W.main;
    return require;
  };
  const run = W.run = (module, source, path) => {
    const made = H.compile(path, source, H.isModule(path));
    if (made[1]) return world('esm').run(module, made[0], path, made[2]);
    return apply(made[0], module.exports, [module.exports, requireFrom(module, 'require'), module, module.filename, shown(dirname(path)), importer(path)]);
  };
  const start = W.start = (path, source, wanted) => {
    const main = W.main = new Module(path, null);
    if (!wanted) Module._cache[shown(path)] = main;
    cache[path] = main;
    const done = run(main, source, path);
    main.loaded = true;
    W.loaded = main;
    return done;
  };
  W.main = new Module(M.root + '/index.js', null);
  hide('__importForGenerated', (name) => world('esm').asNamespace(load(String(name), W.main.id, 'import()', true)));

  // ---- globals ---------------------------------------------------------------------------------------------------
  hide('global', global);
  W.lazy('Buffer', () => builtinModule('buffer').Buffer);
  W.lazy('console', () => world('console'));
  if (!M.browser) W.lazy('process', () => world('process'));
  lazies(global, 'setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask', (name) => disguise(world('timers')[name]));
  lazies(global, 'URL URLSearchParams', (name) => disguise(builtinModule('url')[name]));
  lazies(global, (M.browser ? 'XMLHttpRequest ' : '') + 'fetch Headers Request Response WebSocket FormData Blob AbortController AbortSignal Event EventTarget EventSource TextEncoder TextDecoder performance structuredClone atob btoa crypto WebAssembly BroadcastChannel MessageChannel navigator Intl CustomEvent DOMException ReadableStream CompressionStream DecompressionStream', (name) => disguise(world('web').globals[name]));
  if (M.browser) world('browser');

  // ---- what the stage calls --------------------------------------------------------------------------------------
  return {
    tick: () => W.tick !== undefined && W.tick(),
    runMain: (path, wanted) => {
      const source = H.peekFile(path);
      return source === undefined || path.endsWith('.json') ? world('loader').runMain(path, wanted) : start(path, source, wanted);
    },
    runCode: (code) => world('loader').runCode(code),
    drive() { if (W.loaded) world('drive')(W.loaded.exports); },
    uncaught(error) { const { process } = built; if (W.listening && process.listenerCount('uncaughtException')) process.emit('uncaughtException', error); },
  };
})
