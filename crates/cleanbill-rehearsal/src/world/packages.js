// Where a package's name leads: `exports`, `imports`, `browser` and the way up through `node_modules`.
(function (W) {
  'use strict';
  const { H, M, has, dirname, kindOf, parseJson } = W;
  const { create, keys } = Object;
  const manifests = create(null);
  const asFile = (path) => H.findFile(path, false), asFolder = (path) => H.findFile(path, true);
  function manifest(folder) {
    if (!(folder in manifests)) {
      const text = H.peekFile(folder + '/package.json');
      let value = null;
      if (text !== undefined) { try { value = parseJson(text.replace(/^\ufeff/, '')); } catch { value = {}; } }
      manifests[folder] = value;
    }
    return manifests[folder];
  }
  function nearest(path) {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const found = manifest(folder);
      if (found) return { folder, value: found };
      if (folder === '/' || folder.endsWith('/node_modules')) return { folder, value: {} };
    }
  }
  function condition(target, esm, star) {
    if (typeof target === 'string') return star === undefined ? target : target.split('*').join(star);
    if (Array.isArray(target)) { for (const one of target) { const found = condition(one, esm, star); if (found) return found; } return undefined; }
    if (target && typeof target === 'object') {
      for (const key of keys(target)) {
        const fits = key === 'default' || key === (esm ? 'import' : 'require') || (M.browser ? key === 'browser' : key === 'node' || key === 'node-addons');
        if (fits) { const found = condition(target[key], esm, star); if (found) return found; }
      }
    }
    return undefined;
  }
  function mapped(map, name, esm) {
    if (map === undefined || map === null) return undefined;
    const plain = typeof map === 'string' || Array.isArray(map) || !keys(map).some((key) => key.startsWith('.') || key.startsWith('#'));
    if (plain) return name === '.' ? condition(map, esm) : undefined;
    if (has(map, name)) return condition(map[name], esm);
    for (const key of keys(map)) {
      const at = key.indexOf('*');
      if (at < 0) continue;
      const head = key.slice(0, at), tail = key.slice(at + 1);
      if (name.startsWith(head) && name.endsWith(tail) && name.length >= head.length + tail.length) {
        return condition(map[key], esm, name.slice(head.length, name.length - tail.length));
      }
    }
    return undefined;
  }
  function inPackage(folder, rest, esm) {
    const value = manifest(folder);
    if (value && value.exports !== undefined && value.exports !== null) {
      const to = mapped(value.exports, rest ? './' + rest : '.', esm);
      if (to) { const path = H.absolute(to, folder); return asFile(path) || asFolder(path); }
    }
    if (M.browser && value && typeof value.browser === 'string' && !rest) {
      const found = asFile(H.absolute(value.browser, folder));
      if (found) return found;
    }
    const path = rest ? H.absolute(rest, folder) : folder;
    return asFile(path) || asFolder(path);
  }
  function resolve(name, from, esm) {
    const parts = name.split('/');
    const count = name.startsWith('@') ? 2 : 1;
    const pack = parts.slice(0, count).join('/'), rest = parts.slice(count).join('/');
    const own = nearest(from);
    if (name.startsWith('#')) {
      const to = mapped(own.value.imports, name, esm);
      if (!to) return undefined;
      return to.startsWith('.') ? asFile(H.absolute(to, own.folder)) : W.resolve(to, from, esm);
    }
    if (own.value.name === pack) { const found = inPackage(own.folder, rest, esm); if (found) return found; }
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      if (!folder.endsWith('/node_modules')) {
        const place = (folder === '/' ? '' : folder) + '/node_modules/' + pack;
        if (kindOf(place) === 2) { const found = inPackage(place, rest, esm); if (found) return found; }
      }
      if (folder === '/') return undefined;
    }
  }
  return { resolve };
})
