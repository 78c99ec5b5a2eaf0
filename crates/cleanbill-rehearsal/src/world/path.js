// path, in both spellings.
(function (W) {
  'use strict';
  function flavour(windows) {
    const sep = windows ? '\\' : '/';
    const isSep = (letter) => letter === '/' || (windows && letter === '\\');
    const check = (value) => { if (typeof value !== 'string') { const error = new TypeError('The "path" argument must be of type string. Received ' + (value === null ? 'null' : typeof value)); error.code = 'ERR_INVALID_ARG_TYPE'; throw error; } return value; };
    const split = (path) => path.split(windows ? /[\\/]+/ : /\/+/);
    const rootOf = (path) => { if (windows) { const found = /^[A-Za-z]:[\\/]?/.exec(path); if (found) return found[0].slice(0, 2) + sep; } return isSep(path[0]) ? sep : ''; };
    const isAbsolute = (path) => { check(path); return isSep(path[0]) || (windows && /^[A-Za-z]:[\\/]/.test(path)); };
    function normalize(path) {
      check(path);
      if (path === '') return '.';
      const root = isAbsolute(path) ? rootOf(path) : '';
      const tail = isSep(path[path.length - 1]);
      const rest = windows ? path.replace(/^[A-Za-z]:/, '') : path;
      const out = [];
      for (const part of split(rest)) {
        if (part === '' || part === '.') continue;
        if (part === '..') { if (out.length && out[out.length - 1] !== '..') out.pop(); else if (!root) out.push('..'); } else out.push(part);
      }
      let text = root + out.join(sep);
      if (text === '') text = '.';
      if (tail && text !== root && text !== '.') text += sep;
      return text;
    }
    const join = (...parts) => { const text = parts.map(check).filter((part) => part !== '').join(sep); return text === '' ? '.' : normalize(text); };
    function resolve(...parts) {
      let text = '';
      for (let at = parts.length - 1; at >= 0; at--) { if (check(parts[at]) === '') continue; text = text ? parts[at] + sep + text : parts[at]; if (isAbsolute(parts[at])) break; }
      if (!isAbsolute(text)) text = W.global.process ? W.global.process.cwd() + sep + text : '/' + text;
      text = normalize(text);
      return text.length > rootOf(text).length && isSep(text[text.length - 1]) ? text.slice(0, -1) : text;
    }
    const trimmed = (path) => { let end = path.length; while (end > 1 && isSep(path[end - 1])) end--; return path.slice(0, end); };
    const lastSep = (path) => { for (let at = path.length - 1; at >= 0; at--) if (isSep(path[at])) return at; return -1; };
    const dirname = (path) => { path = trimmed(check(path)); const at = lastSep(path); if (at < 0) return '.'; if (at === 0) return path[0]; if (windows && at === 2) return path.slice(0, 3); return path.slice(0, at); };
    const basename = (path, ending) => { path = trimmed(check(path)); let base = path.slice(lastSep(path) + 1); if (ending && base.endsWith(ending) && base !== ending) base = base.slice(0, -ending.length); return base; };
    const extname = (path) => { const base = basename(path); const at = base.lastIndexOf('.'); return at <= 0 ? '' : base.slice(at); };
    function relative(from, to) {
      const one = split(resolve(from)).filter(Boolean), other = split(resolve(to)).filter(Boolean);
      let at = 0;
      while (at < one.length && at < other.length && one[at] === other[at]) at++;
      return one.slice(at).map(() => '..').concat(other.slice(at)).join(sep);
    }
    const parse = (path) => { const base = basename(path), ext = extname(path); const at = lastSep(trimmed(path)); return { root: rootOf(path), dir: at < 0 ? '' : dirname(path), base, ext, name: ext ? base.slice(0, -ext.length) : base }; };
    const format = (parts) => { const base = parts.base || (parts.name || '') + (parts.ext || ''); const dir = parts.dir || parts.root; return dir ? (dir === parts.root ? dir + base : dir + sep + base) : base; };
    return { sep, delimiter: windows ? ';' : ':', isAbsolute, normalize, join, resolve, dirname, basename, extname, relative, parse, format, toNamespacedPath: (path) => path, matchesGlob: () => false };
  }
  const posix = flavour(false), win32 = flavour(true);
  posix.posix = win32.posix = posix; posix.win32 = win32.win32 = win32;
  const path = W.M.windows ? win32 : posix;
  return { modules: { path, 'path/posix': posix, 'path/win32': win32 } };
})
