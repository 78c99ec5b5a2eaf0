// The parts of fs that few programs ask for: handles, streams, listings with types, links.
(function (W) {
  'use strict';
  const { H, files } = W;
  const { handles, at, need, encodingOf } = files;
  const Buffer_ = () => W.use('buffer').Buffer;
  let nextHandle = 20;
  class Dirent { constructor(name, parent, kind) { this.name = name; this.path = this.parentPath = parent; this.kind = kind; } isFile() { return this.kind === 1; } isDirectory() { return this.kind === 2; } isSymbolicLink() { return false; } isFIFO() { return false; } isSocket() { return false; } isBlockDevice() { return false; } isCharacterDevice() { return false; } }
  const sync = {
    readdir(path, options) {
      path = at(path); const names = H.listFolder(path); if (!names) throw W.systemError(H.stat(path) ? 'ENOTDIR' : 'ENOENT', 'scandir', path);
      const deep = (names, base, prefix, depth) => names.flatMap((name) => { const found = H.stat(base + '/' + name); const own = options && options.withFileTypes ? new Dirent(name, base, found ? found[0] : 1) : prefix + name; return found && found[0] === 2 && options && options.recursive && depth < 6 ? [own].concat(deep(H.listFolder(base + '/' + name) || [], base + '/' + name, prefix + name + '/', depth + 1)) : [own]; });
      return deep(names, path, '', 0);
    },
    statfs: () => ({ type: 61267, bsize: 4096, blocks: 1e8, bfree: 5e7, bavail: 5e7 }),
    mkdtemp(prefix) { const path = prefix + H.encode(H.random(3), 'hex'); H.makeFolder(path); return path; },
    cp(from, to) { H.moveFile(at(from), at(to), true); },
    symlink(target, path) { H.linkFile(at(target), at(path)); }, link(target, path) { H.moveFile(at(target), at(path), true); },
    readlink(path) { const to = H.linkedTo(at(path)); if (to === undefined) throw W.systemError('ENOENT', 'readlink', path); return W.shown(to); },
    truncate(path) { H.writeFile(at(path), new Uint8Array(0), false); }, ftruncate() {},
    open(path, flags) { path = at(path); const reads = flags === undefined || flags === 'r' || flags === 0; if (reads) need(path, 'open'); if (/^w/.test(flags)) H.writeFile(path, new Uint8Array(0), false); const fd = nextHandle++; handles.set(fd, { path, place: 0 }); return fd; },
    close(fd) { handles.delete(fd); },
    read(fd, buffer, offset, length, place) { if (offset && typeof offset === 'object') ({ offset, length, position: place } = offset); const handle = handles.get(fd); const bytes = handle && H.readFile(handle.path); if (!bytes) return 0; const from = place === null || place === undefined ? handle.place : Number(place); const part = bytes.subarray(from, from + (length === undefined ? buffer.byteLength : length)); new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).set(part, offset || 0); if (place === null || place === undefined) handle.place += part.length; return part.length; },
    write(fd, data) { const bytes = W.bytesOf(data); const handle = handles.get(fd); if (handle) H.writeFile(handle.path, bytes, true); else if (fd < 3) W.emit('print', 'stdout', W.textOf(data)); return bytes.length; },
    writev(fd, list) { return list.reduce((sum, one) => sum + files.sync.write(fd, one), 0); },
    opendir(path) { const list = files.sync.readdir(path, { withFileTypes: true }); return { path, readSync: () => list.shift() || null, read: async () => list.shift() || null, closeSync() {}, async close() {}, async *[Symbol.asyncIterator]() { yield* list; } }; },
    glob: () => [],
  };
  class FileHandle {
    constructor(fd) { this.fd = fd; }
    async readFile(options) { return files.sync.readFile(this.fd, options); } async writeFile(data) { files.sync.writeFile(this.fd, data); } async appendFile(data) { files.sync.appendFile(this.fd, data); }
    async read(buffer, offset, length, place) { buffer = buffer || Buffer_().alloc(16384); return { bytesRead: files.sync.read(this.fd, buffer, offset, length, place), buffer }; } async write(data) { return { bytesWritten: files.sync.write(this.fd, data), buffer: data }; }
    async stat() { return files.sync.fstat(this.fd); } async close() { files.sync.close(this.fd); } async chmod() {} async sync() {} async truncate() {} async utimes() {}
    createWriteStream() { return files.fs.createWriteStream(handles.get(this.fd).path); } createReadStream() { return files.fs.createReadStream(handles.get(this.fd).path); }
  }
  const openHandle = async (path, flags) => new FileHandle(files.sync.open(path, flags));
  const createReadStream = (path, options) => { const { Readable } = W.use('stream'); const stream = new Readable({ read() {} }); stream.path = path; W.later(() => { const bytes = H.readFile(at(path)); if (bytes === undefined) { stream.destroy(W.systemError('ENOENT', 'open', path)); return; } stream.emit('open', 21); stream.emit('ready'); const part = options && (options.start || options.end !== undefined) ? bytes.subarray(options.start || 0, options.end === undefined ? undefined : options.end + 1) : bytes; if (part.length) { Buffer_(); stream.push(encodingOf(options) ? H.encode(part, encodingOf(options)) : W.buffer(part)); } stream.push(null); }); stream.close = (done) => { if (done) W.later(done); }; return stream; };
  const createWriteStream = (path, options) => { const { Writable } = W.use('stream'); path = typeof path === 'number' ? handles.get(path).path : at(path); let begun = !!(options && /^a/.test(options.flags || '')); const parts = []; const stream = new Writable({ write(data, encoding, done) { parts.push(W.bytesOf(data, encoding)); this.bytesWritten += parts[parts.length - 1].length; done(); }, final(done) { H.writeFile(path, Buffer_().concat(parts), begun); begun = true; if (options && options.mode) H.chmodFile(path, +options.mode); done(); } }); stream.path = path; stream.bytesWritten = 0; stream.close = (done) => { if (!stream.writableEnded) stream.end(); if (done) W.later(done); }; W.later(() => { stream.emit('open', 22); stream.emit('ready'); }); return stream; };
  const watch = () => { const watcher = new (W.use('events'))(); watcher.close = watcher.unref = watcher.ref = () => watcher; return watcher; };
  // Programs that wrap streams take these by their prototypes.
  function ReadStream(path, options) { return createReadStream(path, options); }
  function WriteStream(path, options) { return createWriteStream(path, options); }
  const streams = W.use('stream');
  ReadStream.prototype = Object.create(streams.Readable.prototype); WriteStream.prototype = Object.create(streams.Writable.prototype);
  W.disguise(ReadStream); W.disguise(WriteStream);
  return { sync, openHandle, Dirent, createReadStream, createWriteStream, ReadStream, WriteStream, watch, watchFile: watch, unwatchFile() {} };
})
