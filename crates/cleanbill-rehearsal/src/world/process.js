// process and its environment; who asks about the machine is noted.
(function (W) {
  'use strict';
  const { H, M, emit } = W;
  const EventEmitter = W.use('events');
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
  const process = new EventEmitter();
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
  process.config = { variables: { napi_build_version: '10' }, target_defaults: {} };
  process.features = { inspector: true, typescript: false };
  process.allowedNodeEnvironmentFlags = new Set();
  let folder = M.folder;
  process.cwd = () => folder;
  process.chdir = (to) => { folder = H.changeFolder(W.pathOf(to)); };
  process.exit = process.reallyExit = (code) => {
    const status = code === undefined ? process.exitCode || 0 : +code;
    if (!process._exiting) { process._exiting = true; try { process.emit('exit', status); } catch { /* what fails while leaving does not stop it */ } }
    H.exit(status);
  };
  process.abort = () => H.exit(134);
  process.kill = (pid, signal) => { if (signal !== 0 && +pid === process.pid) H.exit(143); return true; };
  process.umask = () => 0o22;
  process.uptime = () => (H.advance(0) % 100000) / 1000 + 0.05;
  process.hrtime = (before) => { const ms = H.advance(0); const time = [Math.floor(ms / 1000) % 1000000, (ms % 1000) * 1000000]; return before ? [time[0] - before[0], Math.max(0, time[1] - before[1])] : time; };
  process.hrtime.bigint = () => BigInt(H.advance(0)) * 1000000n;
  process.memoryUsage = () => ({ rss: 52428800, heapTotal: 18874368, heapUsed: 9437184, external: 1048576, arrayBuffers: 10240 });
  process.memoryUsage.rss = () => 52428800;
  process.cpuUsage = () => ({ user: 50000, system: 10000 }); process.resourceUsage = () => ({ maxRSS: 52000 });
  process.constrainedMemory = () => 0; process.availableMemory = () => 8e9;
  process.nextTick = (callback, ...rest) => { Promise.resolve().then(() => callback(...rest)); };
  for (const [name, value] of [['getuid', 1000], ['geteuid', 1000], ['getgid', 1000], ['getegid', 1000]]) if (!M.windows) process[name] = () => value;
  process.getgroups = () => [1000]; process.setuid = process.setgid = () => {};
  process.emitWarning = () => {}; process.setUncaughtExceptionCaptureCallback = () => {}; process.hasUncaughtExceptionCaptureCallback = () => false;
  process.binding = process._linkedBinding = (name) => {
    emit('module', String(name), 'process.binding', 'world');
    if (name === 'spawn_sync') return { spawn: (options) => W.use('child_process').spawnSync(options.file, (options.args || []).slice(1)) };
    if (name === 'natives') return {};
    if (name === 'fs') return W.use('fs');
    return W.inert('process.binding(' + name + ')');
  };
  process.dlopen = (_, file) => { emit('module', String(file), 'process.dlopen', 'native'); };
  process.getBuiltinModule = (name) => { emit('module', String(name), 'process.getBuiltinModule', 'world'); return W.builtinModule(String(name)); };
  process.report = { getReport: () => ({ header: { glibcVersionRuntime: '2.36', nodejsVersion: 'v22.14.0' }, sharedObjects: [] }) };
  process.permission = undefined; process.noDeprecation = false;
  process.stdout = output('stdout'); process.stderr = output('stderr');
  function output(name) {
    const stream = new EventEmitter();
    stream.write = (data, encoding, done) => { emit('print', name, W.textOf(data)); const call = typeof encoding === 'function' ? encoding : done; if (call) W.later(call); return true; };
    stream.end = (data) => { if (data) stream.write(data); }; stream.isTTY = false; stream.columns = 80; stream.rows = 24; stream.fd = name === 'stdout' ? 1 : 2; stream.writable = true;
    stream.cork = stream.uncork = () => {}; stream.getColorDepth = () => 8; stream.hasColors = () => true; stream.clearLine = stream.cursorTo = stream.moveCursor = () => true; stream.destroy = () => {}; stream._handle = {};
    return stream;
  }
  W.lazy('stdin', () => { const { Readable } = W.use('stream'); const stdin = new Readable({ read() {} }); stdin.isTTY = false; stdin.fd = 0; stdin.setRawMode = () => stdin; stdin.push(null); return stdin; }, process);
  Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });
  for (const name of Object.keys(process)) if (name !== 'platform' && name !== 'arch' && name !== 'stdin' && typeof process[name] === 'function') W.disguise(process[name]);
  if (W.global.process === undefined) W.global.process = process;
  return process;
})
