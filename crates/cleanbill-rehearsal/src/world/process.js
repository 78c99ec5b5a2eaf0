// process and its environment; who asks about the machine is noted.
(function (W) {
  'use strict';
  const { H, M, emit } = W;
  const values = H.environment();
  const quiet = { __proto__: null, NODE_ENV: 1, DEBUG: 1, FORCE_COLOR: 1, NO_COLOR: 1, TERM: 1, NODE_DEBUG: 1, COLORTERM: 1, READABLE_STREAM: 1 };
  const match = (key) => { if (!M.windows || key in values) return key; const upper = key.toUpperCase(); for (const name of Object.keys(values)) if (name.toUpperCase() === upper) return name; return key; };
  const env = new Proxy(values, {
    get(target, key) {
      if (typeof key !== 'string') return target[key];
      if (key in Object.prototype) return Object.prototype[key];
      if (key !== 'toJSON') { if (!quiet[key]) emit('env', key); key = match(key); }
      return target[key];
    },
    has(target, key) { if (typeof key === 'string') { emit('env', key); return match(key) in target; } return key in target; },
    set(target, key, value) { target[key] = String(value); emit('env-set', String(key), String(value)); return true; },
    ownKeys(target) { emit('env-whole'); return Reflect.ownKeys(target); },
    deleteProperty(target, key) { delete target[key]; return true; },
  });
  const process = Object.create(Object.create(Object.prototype, { constructor: { value: function process() {}, configurable: true, writable: true } }));
  // An emitter only when somebody listens.
  const becomes = () => { W.listening = true; const Emitter = W.use('events'); const proto = Object.getPrototypeOf(process); if (Object.getPrototypeOf(proto) !== Emitter.prototype) { Object.setPrototypeOf(proto, Emitter.prototype); W.apply(Emitter, process, []); } return Emitter.prototype; };
  for (const name of 'on once off emit addListener removeListener removeAllListeners prependListener prependOnceListener listeners rawListeners listenerCount eventNames setMaxListeners getMaxListeners'.split(' ')) W.lazy(name, () => becomes()[name], process);
  const more = 'abort kill umask uptime hrtime memoryUsage cpuUsage resourceUsage constrainedMemory availableMemory getuid geteuid getgid getegid getgroups setuid setgid emitWarning setUncaughtExceptionCaptureCallback hasUncaughtExceptionCaptureCallback binding _linkedBinding dlopen getBuiltinModule report config features allowedNodeEnvironmentFlags stdin';
  for (const name of more.split(' ')) if (!M.windows || !/^gete?[ug]id$/.test(name)) W.lazy(name, () => W.world('process_more')[name], process);
  W.lazy('mainModule', () => W.main, process);
  W.lazy('stdout', () => output('stdout'), process); W.lazy('stderr', () => output('stderr'), process);
  const gate = (name, value) => Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => { emit('gate', 'process.' + name); return value; }, set: (given) => { Object.defineProperty(process, name, { value: given, writable: true, configurable: true, enumerable: true }); } });
  process.env = env;
  gate('platform', M.platform); gate('arch', M.arch);
  process.title = 'node'; process.pid = 4711 + M.depth; process.ppid = 4700 + M.depth;
  process.version = 'v22.14.0';
  process.versions = { node: '22.14.0', v8: '12.4.254.21-node.33', uv: '1.49.2', zlib: '1.3.0.1', modules: '127', openssl: '3.0.15', napi: '10', unicode: '16.0' };
  process.release = { name: 'node', lts: 'Jod', sourceUrl: 'https://node.example/v22.14.0.tar.gz', headersUrl: 'https://node.example/v22.14.0-headers.tar.gz' };
  process.execPath = M.windows ? 'C:\\Program Files\\nodejs\\node.exe' : '/usr/local/bin/node';
  process.argv = [process.execPath].concat(M.file === null ? [] : [M.file], M.arguments);
  process.argv0 = 'node'; process.execArgv = [];
  process.exitCode = undefined;
  let folder = M.folder;
  process.cwd = () => folder;
  process.chdir = (to) => { folder = H.changeFolder(W.pathOf(to)); };
  process.exit = process.reallyExit = (code) => {
    const status = code === undefined ? process.exitCode || 0 : +code;
    if (!process._exiting) { process._exiting = true; try { if (W.listening) process.emit('exit', status); } catch { /* what fails while leaving does not stop it */ } }
    H.exit(status);
  };
  process.nextTick = (callback, ...rest) => { Promise.resolve().then(() => callback(...rest)); };
  process.permission = undefined; process.noDeprecation = false;
  const output = (name) => W.world('process_more').output(name);
  Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });
  for (const name of ['cwd', 'chdir', 'exit', 'nextTick']) W.disguise(process[name]);
  return process;
})
