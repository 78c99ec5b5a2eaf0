// What is not on this stage: recorders that answer to everything and do nothing, and answers of the scripted network.
(function (W) {
  'use strict';
  const { M, emit, silentKeys } = W;
  const { create } = Object;
  const emptyIterator = () => ({ next: () => ({ done: true, value: undefined }) });
  function inert(name) {
    const known = create(null);
    const target = function () {};
    return new Proxy(target, {
      get(_, key) {
        if (key === Symbol.toPrimitive) return () => '';
        if (key === Symbol.iterator) return emptyIterator;
        if (typeof key === 'symbol' || silentKeys[key]) return undefined;
        if (key === 'prototype') return target.prototype;
        if (key === 'length') return 0;
        if (key === 'name') return name;
        if (key === 'toString' || key === 'valueOf') return () => '';
        if (key === 'call' || key === 'apply' || key === 'bind') return () => inert(name);
        if (!(key in known)) {
          if (name.length < 120) emit('missing', name + '.' + key);
          known[key] = name.length < 120 ? inert(name + '.' + key) : inert(name);
        }
        return known[key];
      },
      set(_, key, value) { if (typeof key === 'string') known[key] = value; return true; },
      apply() { if (!known['()']) known['()'] = inert(name + '()'); return known['()']; },
      construct() { return inert('new ' + name); },
      has() { return true; },
    });
  }

  const lists = { __proto__: null, items: 1, data: 1, results: 1, list: 1, files: 1, assets: 1, payloads: 1, commands: 1, tasks: 1 };
  function scripted(depth) {
    return new Proxy(create(Object.prototype), {
      get(target, key) {
        if (key === Symbol.toPrimitive || key === 'toString') return () => M.payload;
        if (key === Symbol.iterator) return function* () { yield scripted(depth + 1); };
        if (typeof key === 'symbol' || key in Object.prototype || key === 'then') return target[key];
        if (key === 'toJSON') return undefined;
        if (key === 'length') return 1;
        if (key === 'ok' || key === 'success') return true;
        if (key === 'status' || key === 'code' && depth > 3) return 200;
        if (key === 'version' || key === 'tag_name' || key === 'latest') return '1.0.0';
        if (/url|uri|link|href|endpoint|host/i.test(key)) return 'https://second-stage.example/' + M.mark;
        if (/^(map|forEach|filter|find|reduce|some|every)$/.test(key)) return (...rest) => [scripted(depth + 1)][key](...rest);
        if (depth < 3 && (lists[key] || /^\d+$/.test(key))) return scripted(depth + 1);
        return M.payload;
      },
      has: () => true,
      ownKeys: () => ['payload'],
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: M.payload }),
    });
  }
  return { inert, scripted };
})
