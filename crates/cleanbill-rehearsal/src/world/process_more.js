// The parts of process that few programs ask for.
(function (W) {
  'use strict';
  const { H, M, emit } = W;
  const more = Object.create(null);
  more.config = { variables: { napi_build_version: '10' }, target_defaults: {} };
  more.features = { inspector: true, typescript: false };
  more.allowedNodeEnvironmentFlags = new Set();
  more.abort = () => H.exit(134);
  more.kill = (pid, signal) => { if (signal !== 0 && +pid === W.global.process.pid) H.exit(143); return true; };
  more.umask = () => 0o22;
  more.uptime = () => (H.advance(0) % 100000) / 1000 + 0.05;
  more.hrtime = (before) => { const ms = H.advance(0); const time = [Math.floor(ms / 1000) % 1000000, (ms % 1000) * 1000000]; return before ? [time[0] - before[0], Math.max(0, time[1] - before[1])] : time; };
  more.hrtime.bigint = () => BigInt(H.advance(0)) * 1000000n;
  more.memoryUsage = () => ({ rss: 52428800, heapTotal: 18874368, heapUsed: 9437184, external: 1048576, arrayBuffers: 10240 });
  more.memoryUsage.rss = () => 52428800;
  more.cpuUsage = () => ({ user: 50000, system: 10000 }); more.resourceUsage = () => ({ maxRSS: 52000 });
  more.constrainedMemory = () => 0; more.availableMemory = () => 8e9;
  for (const [name, value] of [['getuid', 1000], ['geteuid', 1000], ['getgid', 1000], ['getegid', 1000]]) if (!M.windows) more[name] = () => value;
  more.getgroups = () => [1000]; more.setuid = more.setgid = () => {};
  more.emitWarning = () => {}; more.setUncaughtExceptionCaptureCallback = () => {}; more.hasUncaughtExceptionCaptureCallback = () => false;
  more.binding = more._linkedBinding = (name) => {
    emit('module', String(name), 'process.binding', 'world');
    if (name === 'spawn_sync') return { spawn: (options) => W.use('child_process').spawnSync(options.file, (options.args || []).slice(1)) };
    if (name === 'natives') return {};
    if (name === 'fs') return W.use('fs');
    return W.inert('process.binding(' + name + ')');
  };
  more.dlopen = (_, file) => { emit('module', String(file), 'process.dlopen', 'native'); };
  more.getBuiltinModule = (name) => { emit('module', String(name), 'process.getBuiltinModule', 'world'); return W.builtinModule(String(name)); };
  more.report = { getReport: () => ({ header: { glibcVersionRuntime: '2.36', nodejsVersion: 'v22.14.0' }, sharedObjects: [] }) };
  more.output = function (name) {
    const stream = new (W.use('events'))();
    stream.write = (data, encoding, done) => { emit('print', name, W.textOf(data)); const call = typeof encoding === 'function' ? encoding : done; if (call) W.later(call); return true; };
    stream.end = (data) => { if (data) stream.write(data); }; stream.isTTY = false; stream.columns = 80; stream.rows = 24; stream.fd = name === 'stdout' ? 1 : 2; stream.writable = true;
    stream.cork = stream.uncork = () => {}; stream.getColorDepth = () => 8; stream.hasColors = () => true; stream.clearLine = stream.cursorTo = stream.moveCursor = () => true; stream.destroy = () => {}; stream._handle = {};
    return stream;
  };
  Object.defineProperty(more, 'stdin', { get() { const { Readable } = W.use('stream'); const stdin = new Readable({ read() {} }); stdin.isTTY = false; stdin.fd = 0; stdin.setRawMode = () => stdin; stdin.push(null); return stdin; } });
  return more;
})
