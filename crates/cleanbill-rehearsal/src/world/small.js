// The small modules: timers, vm, worker_threads, readline, module, assert and others of which little is used.
(function (W) {
  'use strict';
  const { H, M, emit, global } = W;
  const EventEmitter = W.use('events');
  const modules = Object.create(null);
  const wait = (ms, value) => new Promise((resolve) => global.setTimeout(() => resolve(value), ms));
  const promises = { setTimeout: wait, setImmediate: (value) => wait(1, value), setInterval: async function* (ms, value) { for (let turn = 0; turn < 5; turn++) { await wait(ms); yield value; } }, scheduler: { wait, yield: () => wait(1) } };
  modules.timers = { setTimeout: global.setTimeout, setInterval: global.setInterval, setImmediate: global.setImmediate, clearTimeout: global.clearTimeout, clearInterval: global.clearInterval, clearImmediate: global.clearImmediate, promises };
  modules['timers/promises'] = promises;
  const runVm = (code, given) => {
    code = String(code); emit('code', 'vm', code);
    const name = (given && (given.filename || (typeof given === 'string' && given))) || './evalmachine.<anonymous>';
    return H.script(code, String(name));
  };
  function inContext(code, context, given) {
    code = String(code); emit('code', 'vm', code);
    const box = context || {};
    const scope = new Proxy(box, { has: (target, key) => typeof key === 'string' && key !== '__code' || key in target, get: (target, key) => (key === Symbol.unscopables ? undefined : key in target ? target[key] : key === 'globalThis' || key === 'global' ? box : global[key]), set: (target, key, value) => { target[key] = value; return true; } });
    const work = H.script('(function (__box, __code) { with (__box) { return eval(__code); } })', './evalmachine.<anonymous>');
    return work(scope, code);
  }
  class Script { constructor(code) { this.code = String(code); this.cachedDataRejected = false; } runInThisContext(given) { return runVm(this.code, given); } runInNewContext(context) { return inContext(this.code, context); } runInContext(context) { return inContext(this.code, context); } createCachedData() { return W.use('buffer').Buffer.alloc(0); } }
  modules.vm = W.backed('vm', { Script, runInThisContext: runVm, runInNewContext: inContext, runInContext: inContext, createContext: (box) => box || {}, isContext: () => true, compileFunction: (code, names) => { emit('code', 'vm', String(code)); return new Function(...(names || []), code); }, createScript: (code) => new Script(code), SourceTextModule: class SourceTextModule { constructor(code) { this.code = code; } async link() {} async evaluate() { return runVm(this.code); } }, SyntheticModule: class SyntheticModule {} });
  class Worker extends EventEmitter { constructor(file, options) { super(); const text = W.pathOf(file); const evaluated = options && options.eval; if (text.startsWith('data:')) H.runWorker(H.encode(H.decode(text.slice(text.indexOf(',') + 1), /;base64/.test(text) ? 'base64' : 'utf8'), 'utf8'), true); else H.runWorker(evaluated ? String(file) : text.replace(/^file:\/\//, ''), !!evaluated); W.later(() => { this.emit('online'); this.emit('exit', 0); }); } postMessage() {} async terminate() { return 0; } ref() {} unref() {} }
  const port = new EventEmitter(); port.postMessage = (value) => emit('print', 'worker', String(value)); port.close = port.ref = port.unref = () => {};
  modules.worker_threads = { Worker, isMainThread: true, parentPort: M.depth ? port : null, workerData: null, threadId: 0, MessageChannel: class MessageChannel { constructor() { this.port1 = new EventEmitter(); this.port2 = new EventEmitter(); for (const one of [this.port1, this.port2]) one.postMessage = one.unref = one.ref = one.close = one.start = () => {}; } }, MessagePort: EventEmitter, BroadcastChannel: EventEmitter, receiveMessageOnPort: () => undefined, markAsUntransferable() {}, setEnvironmentData() {}, getEnvironmentData() {}, SHARE_ENV: Symbol('share') };
  class Interface extends EventEmitter { constructor(options) { super(); this.line = ''; if (options && options.input && options.input.on && options.input !== global.process.stdin) { let text = ''; options.input.on('data', (data) => { text += W.textOf(data); }); options.input.on('end', () => { for (const one of text.split(/\r?\n/)) this.emit('line', one); this.emit('close'); }); } else W.later(() => this.emit('close')); } question(text, options, done) { if (typeof options === 'function') done = options; emit('print', 'stdout', String(text)); if (done) W.later(done, 'y'); } prompt() {} setPrompt() {} write() {} close() { } pause() { return this; } resume() { return this; } async *[Symbol.asyncIterator]() { const lines = []; this.on('line', (one) => lines.push(one)); await EventEmitter.once(this, 'close'); yield* lines; } }
  const readline = { createInterface: (options) => new Interface(options), Interface, clearLine: () => true, cursorTo: () => true, moveCursor: () => true, clearScreenDown: () => true, emitKeypressEvents() {} };
  modules.readline = readline; readline.promises = modules['readline/promises'] = { createInterface: (options) => { const made = new Interface(options); made.question = async (text) => { emit('print', 'stdout', String(text)); return 'y'; }; return made; } };
  modules.module = W.Module;
  class AssertionError extends Error { constructor(options) { super((options && options.message) || 'The expression evaluated to a falsy value'); this.name = 'AssertionError'; this.code = 'ERR_ASSERTION'; } }
  const fail = (message) => { throw message instanceof Error ? message : new AssertionError({ message }); };
  const { same } = W.world('util');
  const assert = (value, message) => { if (!value) fail(message); };
  Object.assign(assert, { ok: assert, AssertionError, fail, equal: (a, b, m) => assert(a == b, m), notEqual: (a, b, m) => assert(a != b, m), strictEqual: (a, b, m) => assert(Object.is(a, b), m), notStrictEqual: (a, b, m) => assert(!Object.is(a, b), m), deepEqual: (a, b, m) => assert(same(a, b), m), deepStrictEqual: (a, b, m) => assert(same(a, b), m), notDeepStrictEqual: (a, b, m) => assert(!same(a, b), m), throws: (work) => { try { work(); } catch { return; } fail('Missing expected exception'); }, rejects: async () => {}, doesNotThrow: (work) => work(), doesNotReject: async () => {}, ifError: (error) => { if (error) throw error; }, match: (text, pattern, m) => assert(pattern.test(text), m) });
  assert.strict = assert; modules.assert = modules['assert/strict'] = assert;
  modules.v8 = W.backed('v8', { serialize: (value) => W.use('buffer').Buffer.from(JSON.stringify(value)), deserialize: (bytes) => JSON.parse(W.textOf(bytes)), getHeapStatistics: () => ({ heap_size_limit: 4345298944, total_heap_size: 6537216, used_heap_size: 4967024 }), setFlagsFromString() {}, cachedDataVersionTag: () => 1165837636, getHeapSnapshot: () => W.inert('v8.heapSnapshot'), startupSnapshot: { isBuildingSnapshot: () => false } });
  modules.perf_hooks = { performance: W.world('web').globals.performance, PerformanceObserver: class PerformanceObserver { observe() {} disconnect() {} }, monitorEventLoopDelay: () => ({ enable() {}, disable() {} }), constants: {} };
  class AsyncLocalStorage { run(store, work, ...rest) { const before = this.store; this.store = store; try { return work(...rest); } finally { this.store = before; } } getStore() { return this.store; } enterWith(store) { this.store = store; } exit(work, ...rest) { return this.run(undefined, work, ...rest); } disable() {} static bind(work) { return work; } static snapshot() { return (work, ...rest) => work(...rest); } }
  class AsyncResource { constructor(type) { this.type = type; } runInAsyncScope(work, self, ...rest) { return W.apply(work, self, rest); } emitDestroy() { return this; } asyncId() { return 1; } triggerAsyncId() { return 0; } bind(work) { return work; } static bind(work) { return work; } }
  modules.async_hooks = { AsyncLocalStorage, AsyncResource, createHook: () => ({ enable() { return this; }, disable() { return this; } }), executionAsyncId: () => 1, triggerAsyncId: () => 0, executionAsyncResource: () => ({}) };
  modules.string_decoder = { StringDecoder: class StringDecoder { constructor(encoding) { this.encoding = encoding || 'utf8'; } write(bytes) { return H.encode(W.bytesOf(bytes), this.encoding); } end(bytes) { return bytes ? this.write(bytes) : ''; } } };
  modules.tty = { isatty: () => false, ReadStream: class ReadStream extends EventEmitter {}, WriteStream: class WriteStream extends EventEmitter {} };
  modules.cluster = Object.assign(new EventEmitter(), { isMaster: true, isPrimary: true, isWorker: false, workers: {}, fork: () => new EventEmitter(), setupPrimary() {}, setupMaster() {} });
  modules.inspector = W.backed('inspector', { url: () => undefined, open() {}, close() {}, Session: class Session extends EventEmitter { connect() {} post() {} disconnect() {} } });
  const channel = () => ({ hasSubscribers: false, publish() {}, subscribe() {}, unsubscribe() {}, runStores: (_, work, self, ...rest) => W.apply(work, self, rest) });
  modules.diagnostics_channel = { channel, hasSubscribers: () => false, subscribe() {}, unsubscribe() {}, tracingChannel: () => ({ start: channel(), end: channel(), asyncStart: channel(), asyncEnd: channel(), error: channel(), traceSync: (work, _, self, ...rest) => W.apply(work, self, rest), tracePromise: (work, _, self, ...rest) => W.apply(work, self, rest) }) };
  modules.console = global.console;
  modules.constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, SIGINT: 2, SIGTERM: 15, O_RDONLY: 0 };
  for (const name of ['sqlite', 'test', 'wasi', 'repl', 'domain', 'trace_events']) modules[name] = W.inert(name);
  modules['node:test'] = modules.test;
  return { modules };
})
