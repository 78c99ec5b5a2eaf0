// Modules of the newer kind: namespaces, live bindings, `import()` and `data:` addresses.
(function (W) {
  'use strict';
  const { H, M, emit, has, apply, dirname, shown } = W;
  const { create, defineProperty, getOwnPropertyNames, keys } = Object;
  function run(module, body, path, isAsync) {
    const namespace = create(null);
    defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
    module.exports = namespace; module.isModule = true; esModules.add(namespace);
    const give = (getters) => { for (const name of getOwnPropertyNames(getters)) defineProperty(namespace, name, { get: getters[name], enumerable: true, configurable: true }); };
    const star = (other) => { for (const name of keys(other)) if (name !== 'default' && !has(namespace, name)) defineProperty(namespace, name, { get: () => other[name], enumerable: true, configurable: true }); };
    const meta = { url: 'file://' + (M.windows ? '/' + shown(path).replace(/\\/g, '/') : path), filename: shown(path), dirname: shown(dirname(path)), main: module === W.main, resolve: (name) => 'file://' + (W.resolve(name, path, true) || name) };
    const wanted = (name) => asNamespace(W.load(name, path, 'import', true));
    const result = apply(body, undefined, [wanted, give, star, W.importer(path), meta]);
    if (isAsync) module.ready = result;
    return result;
  }
  const esModules = new WeakSet();
  const namespaces = new WeakMap();
  function asNamespace(value) {
    if (value !== null && typeof value === 'object' && esModules.has(value)) return value;
    const holds = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (holds && namespaces.has(value)) return namespaces.get(value);
    const namespace = new Proxy(create(null), {
      get: (_, key) => (key === 'default' ? value : key === 'then' || !holds ? undefined : value[key]),
      has: (_, key) => key === 'default' || (holds && key in value),
      ownKeys: () => (holds ? ['default'].concat(keys(value).filter((key) => key !== 'default')) : ['default']),
      getOwnPropertyDescriptor: (_, key) => ({ enumerable: true, configurable: true, value: key === 'default' ? value : value[key] }),
    });
    if (holds) namespaces.set(value, namespace);
    return namespace;
  }
  function loadData(name, from) {
    const comma = name.indexOf(',');
    const head = name.slice(5, comma);
    const body = name.slice(comma + 1);
    const source = /;base64/.test(head) ? H.encode(H.decode(body, 'base64'), 'utf8') : decodeURIComponent(body);
    emit('code', 'data', source);
    const module = new W.Module(dirname(from) + '/data.mjs', null);
    W.run(module, source, module.id);
    return module.exports;
  }
  const importing = (from, name) => new Promise((resolve_, reject) => {
    try {
      const value = W.load(String(name), from, 'import()', true);
      const module = Object.values(W.cache).find((one) => one.exports === value);
      const done = () => resolve_(asNamespace(value));
      if (module && module.ready) module.ready.then(done, reject); else done();
    } catch (error) { reject(error); }
  });
  return { run, asNamespace, loadData, importing };
})
