// fs and fs/promises over the virtual tree.
(function (W) {
  'use strict';
  const { H, M } = W;
  const Buffer_ = () => W.use('buffer').Buffer;
  const at = (path) => W.pathOf(path);
  const encodingOf = (options) => (typeof options === 'string' ? options : options && options.encoding);
  const given = (bytes, options) => { const encoding = encodingOf(options); Buffer_(); return encoding && encoding !== 'buffer' ? H.encode(bytes, encoding) : W.buffer(bytes); };
  const handles = new Map();
  class Stats {
    constructor(found, path) { this.kind = found[0]; this.size = found[1]; this.mode = (found[0] === 2 ? 0o40000 : 0o100000) | found[2]; this.uid = this.gid = 1000; this.dev = 1; this.nlink = 1; this.ino = path.length + 4000; this.blksize = 4096; this.blocks = Math.ceil(found[1] / 512); this.link = false; const time = H.advance(0) - 864e5; for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) { this[name + 'Ms'] = time; this[name] = new Date(time); } }
    isFile() { return this.kind === 1 && !this.link; } isDirectory() { return this.kind === 2 && !this.link; } isSymbolicLink() { return this.link; }
    isFIFO() { return false; } isSocket() { return false; } isBlockDevice() { return false; } isCharacterDevice() { return false; }
  }
  const stat = (call) => (path, options) => { path = at(path); const found = H.stat(path); if (!found) { if (options && options.throwIfNoEntry === false) return undefined; throw W.systemError('ENOENT', call, path); } const made = new Stats(found, path); if (call === 'lstat' && H.linkedTo(path) !== undefined) made.link = true; return made; };
  const need = (path, call) => { const found = H.stat(path); if (!found) throw W.systemError('ENOENT', call, path); return found; };
  const sync = {
    readFile(path, options) { if (typeof path === 'number') { const handle = handles.get(path); if (!handle) return given(new Uint8Array(0), options); path = handle.path; } path = at(path); const bytes = H.readFile(path); if (bytes === undefined) throw W.systemError(H.stat(path) ? 'EISDIR' : 'ENOENT', 'open', path); return given(bytes, options); },
    writeFile(path, data, options) { if (typeof path === 'number') { const handle = handles.get(path); if (!handle) { if (path < 3) W.emit('print', path === 2 ? 'stderr' : 'stdout', W.textOf(data)); return; } path = handle.path; } H.writeFile(at(path), W.bytesOf(data, encodingOf(options)), !!(options && /^a/.test(options.flag || ''))); if (options && options.mode) H.chmodFile(at(path), +options.mode); },
    appendFile(path, data, options) { H.writeFile(typeof path === 'number' ? handles.get(path).path : at(path), W.bytesOf(data, encodingOf(options)), true); },
    exists(path) { try { return H.stat(at(path)) !== undefined; } catch { return false; } },
    access(path) { need(at(path), 'access'); },
    stat: stat('stat'), lstat: stat('lstat'), fstat(fd) { const handle = handles.get(fd); return stat('fstat')(handle ? handle.path : '/'); },
    readdir(path, options) { if (options && typeof options === 'object' && (options.withFileTypes || options.recursive)) return more().sync.readdir(path, options); path = at(path); const names = H.listFolder(path); if (!names) throw W.systemError(H.stat(path) ? 'ENOTDIR' : 'ENOENT', 'scandir', path); return names; },
    mkdir(path, options) { path = at(path); const found = H.stat(path); if (found && !(options && options.recursive)) throw W.systemError('EEXIST', 'mkdir', path); H.makeFolder(path); return found ? undefined : path; },
    rmdir(path, options) { path = at(path); need(path, 'rmdir'); H.removeFile(path, !!(options && options.recursive)); },
    rm(path, options) { path = at(path); if (!H.stat(path)) { if (options && options.force) { if (options.recursive) H.removeFile(path, true); return; } throw W.systemError('ENOENT', 'rm', path); } H.removeFile(path, !!(options && options.recursive)); },
    unlink(path) { path = at(path); need(path, 'unlink'); H.removeFile(path, false); },
    rename(from, to) { from = at(from); need(from, 'rename'); H.moveFile(from, at(to), false); },
    copyFile(from, to) { from = at(from); need(from, 'copyfile'); H.moveFile(from, at(to), true); },
    realpath(path) { path = at(path); need(path, 'realpath'); return W.shown(H.absolute(path, '')); },
    chmod(path, mode) { H.chmodFile(at(path), typeof mode === 'string' ? parseInt(mode, 8) : +mode); }, fchmod() {}, lchmod() {}, chown() {}, fchown() {}, lchown() {}, utimes() {}, futimes() {}, lutimes() {}, fsync() {}, fdatasync() {},
  };
  const more = () => W.world('fs_more');
  for (const name of 'statfs mkdtemp cp symlink link readlink truncate ftruncate open close read write writev opendir glob'.split(' ')) sync[name] = (...rest) => more().sync[name](...rest);
  W.files = { sync, handles, at, need, encodingOf, Stats };
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
  promises.constants = fs.constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024, O_SYNC: 1052672, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, S_IFMT: 61440, S_IFREG: 32768, S_IFDIR: 16384, S_IFLNK: 40960, S_IRUSR: 256, S_IWUSR: 128, S_IXUSR: 64 };
  Object.assign(fs, { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, Stats });
  W.lazy('open', () => more().openHandle, promises);
  for (const name of 'Dirent createReadStream createWriteStream ReadStream WriteStream watch watchFile unwatchFile'.split(' ')) W.lazy(name, () => more()[name], fs);
  W.files.fs = fs;
  fs.promises = promises;
  return { modules: { fs: W.backed('fs', fs), 'fs/promises': W.backed('fs/promises', promises) } };
})
