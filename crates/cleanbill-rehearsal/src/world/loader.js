// The loader of files: where a name leads, what a file gives, and programs that are more than one script.
(function (W) {
  'use strict';
  const { H, emit, parseJson, cache, dirname, Module, requireFrom, run, importer, hide, apply, shown } = W;
  const kindOf = (path) => { const found = H.stat(path); return found ? found[0] : 0; };
  function resolve(name, from, esm) {
    if (name.startsWith('file:')) name = decodeURIComponent(name.replace(/^file:\/\//, ''));
    if (name[0] === '.' || name[0] === '/' || /^[A-Za-z]:[\\/]/.test(name)) return H.findFile(H.absolute(name, dirname(from)), true);
    return W.world('packages').resolve(name, from, esm);
  }
  function notFound(name, from) {
    const error = new Error("Cannot find module '" + name + "'" + (from ? '\nRequire stack:\n- ' + shown(from) : ''));
    error.code = 'MODULE_NOT_FOUND'; error.requireStack = [];
    return error;
  }
  function load(name, from, how, esm) {
    if (name.startsWith('data:')) return W.world('esm').loadData(name, from);
    const path = resolve(name, from, esm);
    if (path === undefined) {
      const local = name.startsWith('.') || name.startsWith('/') || name.startsWith('#');
      emit('module', name, how, 'missing');
      if (local || name.startsWith('node:')) throw notFound(name, from);
      return W.inert(name);
    }
    if (path.endsWith('.node')) { emit('module', name, how, 'native'); return W.inert(name); }
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
  return {
    windowsPath: (path) => (/^\/[A-Za-z]:/.test(path) ? path.slice(1) : 'C:' + path).replace(/\//g, '\\'),
    kindOf, resolve, notFound, load,
    runMain(path, wanted) {
      if (kindOf(path) !== 1) { const found = H.findFile(path, true); if (found) path = found; }
      if (kindOf(path) !== 1) { emit('missing', 'file ' + path); return undefined; }
      if (path.endsWith('.json')) return undefined;
      return W.start(path, H.peekFile(path), wanted);
    },
    runCode(code) {
      const main = W.main = new Module(H.absolute('[eval]'), null);
      const made = H.compile(main.id, code, false);
      hide('require', requireFrom(main, 'require')); hide('module', main); hide('exports', main.exports);
      if (made[1]) return run(main, code, main.id + '.mjs');
      return apply(made[0], main.exports, [main.exports, requireFrom(main, 'require'), main, main.filename, shown(main.path), importer(main.id)]);
    },
  };
})
