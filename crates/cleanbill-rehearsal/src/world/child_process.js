// child_process: nothing starts; the stage's shell plays it and answers.
(function (W) {
  'use strict';
  const { H } = W;
  const EventEmitter = W.use('events');
  const { Readable, Writable } = W.use('stream');
  const Buffer_ = W.use('buffer').Buffer;
  const optionsOf = (options) => { const out = []; if (!options || typeof options !== 'object') return out; if (options.detached) out.push('detached'); if (options.windowsHide) out.push('windowsHide'); if (options.shell) out.push('shell'); if (options.stdio !== undefined) out.push('stdio ' + (Array.isArray(options.stdio) ? options.stdio.map((one) => (one && typeof one === 'object' ? 'stream' : String(one))).join(',') : String(options.stdio))); if (options.cwd) out.push('cwd ' + W.pathOf(options.cwd)); if (options.uid !== undefined) out.push('uid ' + options.uid); return out; };
  const folder = (options) => (options && options.cwd ? W.pathOf(options.cwd) : '');
  const stdin = (options) => (options && options.input !== undefined ? W.bytesOf(options.input) : new Uint8Array(0));
  function setEnvironment(options) { if (options && options.env && options.env !== W.global.process.env) { for (const name of ['NODE_OPTIONS', 'LD_PRELOAD', 'GIT_SSH_COMMAND']) if (typeof options.env[name] === 'string') W.emit('env-set', name, options.env[name]); } }
  const shell = (line, options) => { setEnvironment(options); return H.runShell(String(line), optionsOf(options), stdin(options), folder(options)); };
  function program(file, words, options) { setEnvironment(options); if (options && options.shell) return shell([file].concat(words).join(' '), options); return H.runProgram([String(file)].concat(Array.from(words, String)), optionsOf(options), stdin(options), folder(options)); }
  const sort = (words, options, done) => { if (typeof words === 'function') return [[], {}, words]; if (words && !Array.isArray(words)) return [[], words, typeof options === 'function' ? options : done]; if (typeof options === 'function') return [words || [], {}, options]; return [words || [], options || {}, done]; };
  const given = (bytes, options) => { W.buffer(bytes); return options && options.encoding && options.encoding !== 'buffer' ? H.encode(bytes, options.encoding) : bytes; };
  let pid = 5200;
  class ChildProcess extends EventEmitter {
    constructor(file, options) {
      super();
      this.pid = pid++; this.spawnfile = file; this.spawnargs = []; this.exitCode = null; this.signalCode = null; this.killed = false; this.connected = false;
      const parts = []; const child = this;
      this.stdin = new Writable({ write(data, encoding, done) { parts.push(W.bytesOf(data, encoding)); done(); }, final(done) { child.given = Buffer_.concat(parts); done(); } });
      const ignored = options && (options.stdio === 'ignore' || options.stdio === 'inherit');
      this.stdout = ignored ? null : new Readable({ read() {} }); this.stderr = ignored ? null : new Readable({ read() {} });
      if (ignored) this.stdin = options.stdio === 'ignore' ? null : this.stdin;
      this.stdio = [this.stdin, this.stdout, this.stderr]; this.parts = parts;
      if (options && Array.isArray(options.stdio)) for (const one of options.stdio) if (one && typeof one === 'object' && typeof one.pipe === 'function') W.emit('gate', 'stdio wired to a stream');
    }
    kill() { this.killed = true; return true; } ref() {} unref() {} disconnect() {} send() { return true; } [Symbol.dispose]() {}
  }
  // What is written to the child's input within the same turn belongs to it, so the start waits for the turn's end.
  function start(file, options, run, done) {
    const child = new ChildProcess(file, options);
    const holds = child.stdin && !(options && options.input);
    const finish = ([status, out]) => { child.exitCode = status; W.later(() => { child.emit('spawn'); if (child.stdout) { if (out.length) child.stdout.push(W.buffer(out)); child.stdout.push(null); child.stderr.push(null); } W.later(() => { child.emit('exit', status, null); child.emit('close', status, null); if (done) { const text = given(out, { encoding: 'utf8', ...options }); if (status === 0) done(null, text, ''); else { const error = new Error('Command failed: ' + file); error.code = status; done(error, text, ''); } } }); }); };
    const first = run(new Uint8Array(0));
    finish(first);
    if (holds) child.stdin.on('finish', () => { if (child.given && child.given.length) run(child.given); });
    return child;
  }
  const withInput = (options, bytes) => (bytes.length ? { ...options, input: bytes } : options);
  const cp = {
    ChildProcess,
    exec: (line, options, done) => { if (typeof options === 'function') { done = options; options = {}; } return start(String(line), options, (bytes) => shell(line, withInput(options, bytes)), done); },
    execFile: (file, words, options, done) => { [words, options, done] = sort(words, options, done); return start(String(file), options, (bytes) => program(file, words, withInput(options, bytes)), done); },
    spawn: (file, words, options) => { [words, options] = sort(words, options); const child = start(String(file), options, (bytes) => program(file, words, withInput(options, bytes))); child.spawnargs = [file].concat(words); return child; },
    fork: (file, words, options) => { [words, options] = sort(words, options); return start(String(file), options, () => program('node', [W.pathOf(file)].concat(words), { ...options })); },
    execSync: (line, options) => { const [status, out] = shell(line, options); if (status !== 0) { const error = new Error('Command failed: ' + line); error.status = status; error.stdout = W.buffer(out); error.stderr = Buffer_.alloc(0); throw error; } return given(out, options); },
    execFileSync: (file, words, options) => { [words, options] = sort(words, options); const [status, out] = program(file, words, options); if (status !== 0) { const error = new Error('Command failed: ' + file); error.status = status; throw error; } return given(out, options); },
    spawnSync: (file, words, options) => { [words, options] = sort(words, options); const [status, out] = program(file, words, options); const stdout = given(out, options); const stderr = given(new Uint8Array(0), options); return { pid: pid++, status, signal: null, stdout, stderr, output: [null, stdout, stderr] }; },
  };
  cp._forkChild = () => {};
  const custom = Symbol.for('nodejs.util.promisify.custom');
  for (const name of ['exec', 'execFile']) cp[name][custom] = (...rest) => new Promise((resolve, reject) => { cp[name](...rest, (error, stdout, stderr) => (error ? reject(error) : resolve({ stdout, stderr }))); });
  for (const name of Object.keys(cp)) if (name !== 'ChildProcess') W.disguise(cp[name]);
  return W.backed('child_process', cp);
})
