// The module class as `require('module')` and `module.constructor` show it.
(function (W) {
  'use strict';
  const { H, M, emit, apply, resolve, shown, builtinModule, requireFrom, Module } = W;
  const { create } = Object;
  const statics = { Module }, methods = {};
  statics.builtinModules = H.modules();
  statics.isBuiltin = (name) => builtinModule(String(name)) !== undefined;
  statics._nodeModulePaths = () => [];
  statics._pathCache = create(null);
  statics.wrap = (code) => '(function (exports, require, module, __filename, __dirname) { ' + code + '\n});';
  statics._resolveFilename = (name, parent) => {
    if (builtinModule(String(name))) return name;
    const found = resolve(String(name), (parent && parent.id) || M.root + '/index.js', false);
    if (!found && !/^[./#]/.test(name)) { emit('missing', 'resolve ' + name); return shown(H.absolute('../' + name + '/index.js', M.root)); }
    if (!found) throw W.notFound(name);
    return shown(found);
  };
  statics.createRequire = (place) => {
    const path = H.absolute(W.pathOf(place));
    return requireFrom(new Module(path, null), 'createRequire');
  };
  methods._compile = function (code, filename) {
    code = W.textOf(code);
    emit('code', 'module', code);
    const made = H.compile(H.absolute(W.pathOf(filename || this.id)), code, false);
    return apply(made[0], this.exports, [this.exports, requireFrom(this, 'require'), this, this.filename, shown(this.path), W.importer(this.id)]);
  };
  methods.load = function () {};
  statics.syncBuiltinESMExports = () => {}; statics.register = () => {}; statics.findSourceMap = () => undefined;
  statics.globalPaths = []; statics.runMain = () => {};
  const resolver = (module) => {
    const resolve = W.disguise((name) => Module._resolveFilename(name, module));
    resolve.paths = () => [];
    return resolve;
  };
  return { statics, methods, resolver };
})
