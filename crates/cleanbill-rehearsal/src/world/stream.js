// stream: readable, writable, duplex and transform, flowing at the first listener.
(function (W) {
  'use strict';
  const EventEmitter = W.use('events');
  const chunk = (data, stream, encoding) => { if (typeof data === 'string' && !stream.objectMode && !stream.encoding) return W.use('buffer').Buffer.from(data, encoding); if (stream.encoding && typeof data !== 'string') return W.H.encode(W.bytesOf(data), stream.encoding); return data; };
  function Stream(options) { EventEmitter.call(this); this.destroyed = false; if (options) { this.objectMode = !!options.objectMode; if (typeof options.destroy === 'function') this._destroy = options.destroy; } }
  Object.setPrototypeOf(Stream.prototype, EventEmitter.prototype); Object.setPrototypeOf(Stream, EventEmitter);
  Stream.prototype.destroy = function (error) { if (this.destroyed) return this; this.destroyed = true; const finish = (problem) => W.later(() => { if (problem && this.listenerCount('error')) this.emit('error', problem); this.emit('close'); }); if (this._destroy) this._destroy(error || null, (problem) => finish(problem || error)); else finish(error); return this; };
  Stream.prototype.pipe = function (to, options) {
    this.on('data', (data) => { to.write(data); });
    this.on('end', () => { if (!(options && options.end === false) && to !== W.global.process.stdout) to.end(); });
    to.emit('pipe', this);
    return to;
  };
  const readable = {
    startReadable(options) { this.queue = []; this.flowing = null; this.readable = true; this.readableEnded = false; this.sources = 0; if (options && typeof options.read === 'function') this._read = options.read; if (options && options.encoding) this.encoding = options.encoding; },
    _read() {},
    push(data, encoding) { if (data === null) { this.finished = true; } else this.queue.push(chunk(data, this, encoding)); this.wake(); return true; },
    unshift(data) { this.queue.unshift(data); },
    wake() { if (this.waking) return; this.waking = true; W.later(() => { this.waking = false; this.flow(); }); },
    flow() {
      if (this.destroyed) return;
      if (this.listenerCount('readable') && !this.readableTold) { this.readableTold = true; if (!this.queue.length && !this.finished) this._read(16384); this.readableTold = false; if (this.queue.length) this.emit('readable'); if (!this.queue.length && this.finished) { this.finish(); } return; }
      if (this.flowing !== true) return;
      while (this.queue.length && this.flowing) this.emit('data', this.queue.shift());
      if (this.finished && !this.queue.length) { this.finish(); return; }
      if (!this.finished && this.sources++ < 10000) this._read(16384);
    },
    finish() { if (this.readableEnded) return; this.readableEnded = true; this.readable = false; this.emit('end'); if (this.autoClose !== false) W.later(() => this.emit('close')); },
    on(name, listener) { EventEmitter.prototype.on.call(this, name, listener); if (name === 'data' && this.flowing !== false) this.resume(); if (name === 'readable') this.wake(); return this; },
    resume() { this.flowing = true; this.wake(); return this; }, pause() { this.flowing = false; return this; }, isPaused() { return this.flowing === false; },
    read() { if (!this.queue.length) { if (!this.finished) this._read(16384); } if (!this.queue.length) { if (this.finished) this.wake(); return null; } if (this.objectMode) return this.queue.shift(); const all = this.queue.splice(0); return typeof all[0] === 'string' ? all.join('') : W.use('buffer').Buffer.concat(all); },
    setEncoding(encoding) { this.encoding = encoding || 'utf8'; this.queue = this.queue.map((one) => chunk(one, this)); return this; },
    unpipe() { return this; }, wrap() { return this; },
    [Symbol.asyncIterator]() { const stream = this; const waiting = []; const ready = []; let ended = false, failed; const wake = () => { while (waiting.length && (ready.length || ended || failed)) { const one = waiting.shift(); if (failed) one.reject(failed); else if (ready.length) one.resolve({ done: false, value: ready.shift() }); else one.resolve({ done: true, value: undefined }); } }; stream.on('data', (data) => { ready.push(data); wake(); }); stream.on('end', () => { ended = true; wake(); }); stream.on('close', () => { ended = true; wake(); }); stream.on('error', (error) => { failed = error; wake(); }); return { next: () => new Promise((resolve, reject) => { waiting.push({ resolve, reject }); wake(); }), return: async () => { stream.destroy(); return { done: true, value: undefined }; }, [Symbol.asyncIterator]() { return this; } }; },
    async toArray() { const all = []; for await (const one of this) all.push(one); return all; },
  };
  const writable = {
    startWritable(options) { this.writable = true; this.writableEnded = false; this.writableFinished = false; if (options) { for (const name of ['write', 'writev', 'final']) if (typeof options[name] === 'function') this['_' + name] = options[name]; } },
    write(data, encoding, done) { if (typeof encoding === 'function') { done = encoding; encoding = undefined; } if (this.writableEnded) { return false; } const value = chunk(data, { objectMode: this.objectMode }, encoding); const after = (error) => { if (error) this.destroy(error); if (done) W.later(done, error); }; if (this._write) this._write(value, encoding || 'buffer', after); else if (this._writev) this._writev([{ chunk: value, encoding }], after); else after(); return true; },
    end(data, encoding, done) { if (typeof data === 'function') { done = data; data = undefined; } else if (typeof encoding === 'function') { done = encoding; encoding = undefined; } if (this.writableEnded) return this; if (data !== undefined && data !== null) this.write(data, encoding); this.writableEnded = true; const last = () => W.later(() => { this.writableFinished = true; this.writable = false; this.emit('finish'); if (done) done(); if (!this.queue) this.emit('close'); }); const final = () => { if (this._final) this._final((error) => { if (error) this.destroy(error); else last(); }); else last(); }; final(); return this; },
    cork() {}, uncork() {}, setDefaultEncoding() { return this; },
  };
  function kind(parts, start) {
    const made = function (options) { if (!(this instanceof made)) return new made(options); Stream.call(this, options); for (const name of start) this[name](options); };
    Object.setPrototypeOf(made, Stream); made.prototype = Object.create(Stream.prototype);
    for (const part of parts) for (const key of Reflect.ownKeys(part)) Object.defineProperty(made.prototype, key, { value: part[key], writable: true, configurable: true });
    made.prototype.addListener = made.prototype.on;
    Object.defineProperty(made.prototype, 'constructor', { value: made, writable: true, configurable: true });
    return made;
  }
  const Readable = kind([readable], ['startReadable']);
  const Writable = kind([writable], ['startWritable']);
  const Duplex = kind([readable, writable], ['startReadable', 'startWritable']);
  const Transform = kind([readable, writable], ['startReadable', 'startWritable', 'startTransform']);
  Object.setPrototypeOf(Transform.prototype, Duplex.prototype); Object.setPrototypeOf(Transform, Duplex);
  Transform.prototype.startTransform = function (options) { if (options && options.transform) this._transform = options.transform; if (options && options.flush) this._flush = options.flush; };
  Transform.prototype._write = function (data, encoding, done) { if (!this._transform) { this.push(data); done(); return; } this._transform(data, encoding, (error, out) => { if (out !== undefined && out !== null) this.push(out); done(error); }); };
  Transform.prototype._final = function (done) { const last = (error, out) => { if (out !== undefined && out !== null) this.push(out); this.push(null); done(error); }; if (this._flush) this._flush(last); else last(); };
  class PassThrough extends Transform {}
  Readable.from = (items, options) => { const stream = new Readable({ objectMode: true, ...options, read() {} }); (async () => { try { if (typeof items === 'string' || items instanceof Uint8Array) stream.push(items); else for await (const item of items) stream.push(item); stream.push(null); } catch (error) { stream.destroy(error); } })(); return stream; };
  Readable.fromWeb = (web) => { const stream = new Readable({ read() {} }); (async () => { for await (const part of web) stream.push(W.use('buffer').Buffer.from(part)); stream.push(null); })(); return stream; };
  Readable.toWeb = (stream) => stream;
  const finished = (stream, options, done) => { if (typeof options === 'function') done = options; let told = false; const tell = (error) => { if (!told) { told = true; done(error); } }; stream.on('end', () => tell()); stream.on('finish', () => tell()); stream.on('error', tell); return () => {}; };
  function pipeline(...parts) {
    const done = typeof parts[parts.length - 1] === 'function' && parts.length > 1 && parts[parts.length - 1].length <= 1 && !parts[parts.length - 1].constructor.name.includes('Generator') ? parts.pop() : () => {};
    if (Array.isArray(parts[0])) parts = parts[0];
    let told = false; const tell = (error) => { if (!told) { told = true; done(error); } };
    let flow = parts[0];
    if (typeof flow === 'function') flow = Readable.from(flow());
    else if (flow && typeof flow.pipe !== 'function') flow = flow.getReader ? Readable.fromWeb(flow) : Readable.from(flow);
    for (const next of parts.slice(1)) { flow.on('error', tell); if (typeof next === 'function') { const result = next(flow); flow = result && result[Symbol.asyncIterator] ? Readable.from(result) : flow; } else { flow.pipe(next); flow = next; } }
    flow.on('error', tell); flow.on('finish', () => tell()); if (!flow.write) flow.on('end', () => tell());
    return flow;
  }
  const promises = { pipeline: (...parts) => new Promise((resolve, reject) => { pipeline(...parts.filter((one) => !(one && one.signal && !one.pipe)), (error) => (error ? reject(error) : resolve())); }), finished: (stream) => new Promise((resolve, reject) => finished(stream, (error) => (error ? reject(error) : resolve()))) };
  Object.assign(Stream, { Stream, Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished, promises, addAbortSignal: (_, stream) => stream, isReadable: () => true, compose: (...all) => all[0], getDefaultHighWaterMark: () => 65536 });
  pipeline[Symbol.for('nodejs.util.promisify.custom')] = promises.pipeline; finished[Symbol.for('nodejs.util.promisify.custom')] = promises.finished;
  const all = async (stream) => { const parts = []; for await (const part of stream) parts.push(W.bytesOf(part)); return W.use('buffer').Buffer.concat(parts); };
  const consumers = { buffer: all, text: async (stream) => (await all(stream)).toString(), json: async (stream) => JSON.parse((await all(stream)).toString()), arrayBuffer: async (stream) => (await all(stream)).buffer };
  return { modules: { stream: Stream, 'stream/promises': promises, 'stream/consumers': consumers, get 'stream/web'() { return W.world('web').globals; } } };
})
