// What a module of the world lacks answers as an inert recorder, found only where nothing else is.
(function (W) {
  'use strict';
  const { emit } = W;
  const { create, setPrototypeOf } = Object;
  const silentKeys = { __proto__: null, then: 1, toJSON: 1, inspect: 1, constructor: 1, __esModule: 1, $$typeof: 1, nodeType: 1, asymmetricMatch: 1 };
  const backed = (name, module) => {
    const behind = new Proxy(create(Object.prototype), {
      get(target, key) {
        if (typeof key === 'symbol' || key in Object.prototype || silentKeys[key] || key === 'default') return target[key];
        emit('missing', name + '.' + key);
        return W.inert(name + '.' + key);
      },
      has: () => false,
    });
    setPrototypeOf(module, behind);
    return module;
  };
  return { backed, silentKeys };
})
