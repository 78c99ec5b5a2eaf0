// fs and fs/promises over the virtual tree.
(function (W) {
  'use strict';
  const { H, M } = W;
  const Buffer_ = () => W.use('buffer').Buffer;
  const at = (path) => W.pathOf(path);
  const encodingOf = (options) => (typeof options === 'string' ? options : options && options.encoding);
  const given = (bytes, options) => { const encoding = encodingOf(options); Buffer_(); return encoding && encoding !== 'buffer' ? H.encode(bytes, encoding) : W.buffer(bytes); };
  const handles = new Map();
  let nextHandle = 20;
  class Stats {
    constructor(found, path) { this.kind = found[0]; this.size = found[1]; this.mode = (found[0] === 2 ? 0o40000 : 0o100000) | found[2]; this.uid = this.gid = 1000; this.dev = 1; this.nlink = 1; this.ino = path.length + 4000; this.blksize = 4096; this.blocks = Math.ceil(found[1] / 512); this.link = false; const time = H.advance(0) - 864e5; for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) { this[name + 'Ms'] = time; this[name] = new Date(time); } }
    isFile() { return this.kind === 1 && !this.link; } isDirectory() { return this.kind === 2 && !this.link; } isSymbolicLink() { return this.link; }
    isFIFO() { return false; } isSocket() { return false; } isBlockDevice() { return false; } isCharacterDevice() { return false; }
  }
  class Dirent { constructor(name, parent, kind) { this.name = name; this.path = this.parentPath = parent; this.kind = kind; } isFile() { return this.kind === 1; } isDirectory() { return this.kind === 2; } isSymbolicLink() { return false; } isFIFO() { return false; } isSocket() { return false; } isBlockDevice() { return false; } isCharacterDevice() { return false; } }
  const stat = (call) => (path, options) => { path = at(path); const found = H.stat(path); if (!found) { if (options && options.throwIfNoEntry === false) return undefined; throw W.systemError('ENOENT', call, path); } const made = new Stats(found, path); if (call === 'lstat' && H.linkedTo(path) !== undefined) made.link = true; return made; };
  const need = (path, call) => { const found = H.stat(path); if (!found) throw W.systemError('ENOENT', call, path); return found; };
  const sync = {
    readFile(path, options) { if (typeof path === 'number') { const handle = handles.get(path); if (!handle) return given(new Uint8Array(0), options); path = handle.path; } path = at(path); const bytes = H.readFile(path); if (bytes === undefined) throw W.systemError(H.stat(path) ? 'EISDIR' : 'ENOENT', 'open', path); return given(bytes, options); },
    writeFile(path, data, options) { if (typeof path === 'number') { const handle = handles.get(path); if (!handle) { if (path < 3) W.emit('print', path === 2 ? 'stderr' : 'stdout', W.textOf(data)); return; } path = handle.path; } H.writeFile(at(path), W.bytesOf(data, encodingOf(options)), !!(options && /^a/.test(options.flag || ''))); if (options && options.mode) H.chmodFile(at(path), +options.mode); },
    appendFile(path, data, options) { H.writeFile(typeof path === 'number' ? handles.get(path).path : at(path), W.bytesOf(data, encodingOf(options)), true); },
    exists(path) { try { return H.stat(at(path)) !== undefined; } catch { return false; } },
    access(path) { need(at(path), 'access'); },
    stat: stat('stat'), lstat: stat('lstat'), fstat(fd) { const handle = handles.get(fd); return stat('fstat')(handle ? handle.path : '/'); },
    statfs: () => ({ type: 61267, bsize: 4096, blocks: 1e8, bfree: 5e7, bavail: 5e7 }),
    readdir(path, options) {
      path = at(path); const names = H.listFolder(path); if (!names) throw W.systemError(H.stat(path) ? 'ENOTDIR' : 'ENOENT', 'scandir', path);
      const deep = (names, base, prefix, depth) => names.flatMap((name) => { const found = H.stat(base + '/' + name); const own = options && options.withFileTypes ? new Dirent(name, base, found ? found[0] : 1) : prefix + name; return found && found[0] === 2 && options && options.recursive && depth < 6 ? [own].concat(deep(H.listFolder(base + '/' + name) || [], base + '/' + name, prefix + name + '/', depth + 1)) : [own]; });
      return deep(names, path, '', 0);
    },
    mkdir(path, options) { path = at(path); const found = H.stat(path); if (found && !(options && options.recursive)) throw W.systemError('EEXIST', 'mkdir', path); H.makeFolder(path); return found ? undefined : path; },
    mkdtemp(prefix) { const path = prefix + H.encode(H.random(3), 'hex'); H.makeFolder(path); return path; },
    rmdir(path, options) { path = at(path); need(path, 'rmdir'); H.removeFile(path, !!(options && options.recursive)); },
    rm(path, options) { path = at(path); if (!H.stat(path)) { if (options && options.force) { if (options.recursive) H.removeFile(path, true); return; } throw W.systemError('ENOENT', 'rm', path); } H.removeFile(path, !!(options && options.recursive)); },
    unlink(path) { path = at(path); need(path, 'unlink'); H.removeFile(path, false); },
    rename(from, to) { from = at(from); need(from, 'rename'); H.moveFile(from, at(to), false); },
    copyFile(from, to) { from = at(from); need(from, 'copyfile'); H.moveFile(from, at(to), true); },
    cp(from, to) { H.moveFile(at(from), at(to), true); },
    symlink(target, path) { H.linkFile(at(target), at(path)); }, link(target, path) { H.moveFile(at(target), at(path), true); },
    readlink(path) { const to = H.linkedTo(at(path)); if (to === undefined) throw W.systemError('ENOENT', 'readlink', path); return W.shown(to); },
    realpath(path) { path = at(path); need(path, 'realpath'); return W.shown(H.absolute(path, '')); },
    chmod(path, mode) { H.chmodFile(at(path), typeof mode === 'string' ? parseInt(mode, 8) : +mode); }, fchmod() {}, lchmod() {}, chown() {}, fchown() {}, lchown() {}, utimes() {}, futimes() {}, lutimes() {}, fsync() {}, fdatasync() {},
    truncate(path) { H.writeFile(at(path), new Uint8Array(0), false); }, ftruncate() {},
    open(path, flags) { path = at(path); const reads = flags === undefined || flags === 'r' || flags === 0; if (reads) need(path, 'open'); if (/^w/.test(flags)) H.writeFile(path, new Uint8Array(0), false); const fd = nextHandle++; handles.set(fd, { path, place: 0 }); return fd; },
    close(fd) { handles.delete(fd); },
    read(fd, buffer, offset, length, place) { if (offset && typeof offset === 'object') ({ offset, length, position: place } = offset); const handle = handles.get(fd); const bytes = handle && H.readFile(handle.path); if (!bytes) return 0; const from = place === null || place === undefined ? handle.place : Number(place); const part = bytes.subarray(from, from + (length === undefined ? buffer.byteLength : length)); new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).set(part, offset || 0); if (place === null || place === undefined) handle.place += part.length; return part.length; },
    write(fd, data) { const bytes = W.bytesOf(data); const handle = handles.get(fd); if (handle) H.writeFile(handle.path, bytes, true); else if (fd < 3) W.emit('print', 'stdout', W.textOf(data)); return bytes.length; },
    writev(fd, list) { return list.reduce((sum, one) => sum + sync.write(fd, one), 0); },
    opendir(path) { const list = sync.readdir(path, { withFileTypes: true }); return { path, readSync: () => list.shift() || null, read: async () => list.shift() || null, closeSync() {}, async close() {}, async *[Symbol.asyncIterator]() { yield* list; } }; },
    glob: () => [],
  };
  const fs = {};
  const promises = {};
  for (const name of Object.keys(sync)) {
    const work = sync[name];
    fs[name + 'Sync'] = W.disguise((...rest) => work(...rest));
    fs[name] = W.disguise((...rest) => {
      const done = typeof rest[rest.length - 1] === 'function' ? rest.pop() : () => {};
      let value, error = null;
      try { value = work(...rest); } catch (caught) { error = caught; }
      W.later(() => { if (name === 'exists') done(value); else if (name === 'read') done(error, value, rest[1]); else if (error) done(error); else done(null, value); });
    });
    promises[name] = W.disguise((...rest) => new Promise((resolve, reject) => { try { resolve(work(...rest)); } catch (error) { reject(error); } }));
  }
  fs.realpathSync.native = fs.realpathSync; fs.realpath.native = fs.realpath;
  fs.exists[Symbol.for('nodejs.util.promisify.custom')] = async (path) => sync.exists(path);
  class FileHandle {
    constructor(fd) { this.fd = fd; }
    async readFile(options) { return sync.readFile(this.fd, options); } async writeFile(data) { sync.writeFile(this.fd, data); } async appendFile(data) { sync.appendFile(this.fd, data); }
    async read(buffer, offset, length, place) { buffer = buffer || Buffer_().alloc(16384); return { bytesRead: sync.read(this.fd, buffer, offset, length, place), buffer }; } async write(data) { return { bytesWritten: sync.write(this.fd, data), buffer: data }; }
    async stat() { return sync.fstat(this.fd); } async close() { sync.close(this.fd); } async chmod() {} async sync() {} async truncate() {} async utimes() {}
    createWriteStream() { return fs.createWriteStream(handles.get(this.fd).path); } createReadStream() { return fs.createReadStream(handles.get(this.fd).path); }
  }
  promises.open = async (path, flags) => new FileHandle(sync.open(path, flags));
  promises.constants = fs.constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024, O_SYNC: 1052672, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, S_IFMT: 61440, S_IFREG: 32768, S_IFDIR: 16384, S_IFLNK: 40960, S_IRUSR: 256, S_IWUSR: 128, S_IXUSR: 64 };
  Object.assign(fs, { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, Stats, Dirent });
  fs.createReadStream = (path, options) => { const { Readable } = W.use('stream'); const stream = new Readable({ read() {} }); stream.path = path; W.later(() => { const bytes = H.readFile(at(path)); if (bytes === undefined) { stream.destroy(W.systemError('ENOENT', 'open', path)); return; } stream.emit('open', 21); stream.emit('ready'); const part = options && (options.start || options.end !== undefined) ? bytes.subarray(options.start || 0, options.end === undefined ? undefined : options.end + 1) : bytes; if (part.length) { Buffer_(); stream.push(encodingOf(options) ? H.encode(part, encodingOf(options)) : W.buffer(part)); } stream.push(null); }); stream.close = (done) => { if (done) W.later(done); }; return stream; };
  fs.createWriteStream = (path, options) => { const { Writable } = W.use('stream'); path = typeof path === 'number' ? handles.get(path).path : at(path); let begun = !!(options && /^a/.test(options.flags || '')); const parts = []; const stream = new Writable({ write(data, encoding, done) { parts.push(W.bytesOf(data, encoding)); this.bytesWritten += parts[parts.length - 1].length; done(); }, final(done) { H.writeFile(path, Buffer_().concat(parts), begun); begun = true; if (options && options.mode) H.chmodFile(path, +options.mode); done(); } }); stream.path = path; stream.bytesWritten = 0; stream.close = (done) => { if (!stream.writableEnded) stream.end(); if (done) W.later(done); }; W.later(() => { stream.emit('open', 22); stream.emit('ready'); }); return stream; };
  fs.ReadStream = fs.createReadStream; fs.WriteStream = fs.createWriteStream;
  fs.watch = fs.watchFile = () => { const watcher = new (W.use('events'))(); watcher.close = watcher.unref = watcher.ref = () => watcher; return watcher; }; fs.unwatchFile = () => {};
  fs.promises = promises;
  return { modules: { fs: W.backed('fs', fs), 'fs/promises': W.backed('fs/promises', promises) } };
})
