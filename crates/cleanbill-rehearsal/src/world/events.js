// events.
(function (W) {
  'use strict';
  function EventEmitter() { if (!Object.prototype.hasOwnProperty.call(this, '_events')) this._events = Object.create(null); }
  const own = (emitter) => { if (!Object.prototype.hasOwnProperty.call(emitter, '_events') || !emitter._events) emitter._events = Object.create(null); return emitter._events; };
  function add(emitter, name, listener, once, first) {
    if (typeof listener !== 'function') { if (listener && listener.handleEvent) listener = listener.handleEvent.bind(listener); else return emitter; }
    const events = own(emitter);
    if (events.newListener && name !== 'newListener') emitter.emit('newListener', name, listener);
    const entry = { listener, once };
    if (!events[name]) events[name] = [];
    if (first) events[name].unshift(entry); else events[name].push(entry);
    return emitter;
  }
  const P = EventEmitter.prototype;
  P.on = P.addListener = function (name, listener) { return add(this, name, listener, false); };
  P.once = function (name, listener) { return add(this, name, listener, true); };
  P.prependListener = function (name, listener) { return add(this, name, listener, false, true); };
  P.prependOnceListener = function (name, listener) { return add(this, name, listener, true, true); };
  P.off = P.removeListener = function (name, listener) { const events = own(this); if (events[name]) events[name] = events[name].filter((one) => one.listener !== listener); return this; };
  P.removeAllListeners = function (name) { const events = own(this); if (name === undefined) this._events = Object.create(null); else delete events[name]; return this; };
  P.emit = function (name, ...rest) {
    const list = own(this)[name];
    if (!list || list.length === 0) { if (name === 'error') { throw rest[0] instanceof Error ? rest[0] : new Error('Unhandled error. (' + rest[0] + ')'); } return false; }
    for (const one of list.slice()) { if (one.once) this.removeListener(name, one.listener); W.apply(one.listener, this, rest); }
    return true;
  };
  P.listeners = P.rawListeners = function (name) { return (own(this)[name] || []).map((one) => one.listener); };
  P.listenerCount = function (name) { return (own(this)[name] || []).length; };
  P.eventNames = function () { return Reflect.ownKeys(own(this)).filter((name) => own(this)[name].length); };
  P.setMaxListeners = function () { return this; }; P.getMaxListeners = () => 10;
  EventEmitter.EventEmitter = EventEmitter; EventEmitter.default = EventEmitter; EventEmitter.defaultMaxListeners = 10;
  EventEmitter.once = (emitter, name) => new Promise((resolve, reject) => { emitter.once(name, (...rest) => resolve(rest)); if (name !== 'error') emitter.once('error', reject); });
  EventEmitter.on = async function* (emitter, name) { yield await EventEmitter.once(emitter, name); };
  EventEmitter.listenerCount = (emitter, name) => emitter.listenerCount(name);
  EventEmitter.setMaxListeners = () => {}; EventEmitter.getEventListeners = (emitter, name) => emitter.listeners(name);
  EventEmitter.errorMonitor = Symbol('events.errorMonitor'); EventEmitter.captureRejectionSymbol = Symbol.for('nodejs.rejection');
  EventEmitter.EventEmitterAsyncResource = class extends EventEmitter {};
  EventEmitter.usingDomains = false;
  return EventEmitter;
})
