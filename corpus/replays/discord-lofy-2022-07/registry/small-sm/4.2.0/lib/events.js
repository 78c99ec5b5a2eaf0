'use strict';

class Emitter {
  constructor() {
    this.listeners = new Map();
    this.limit = 10;
  }

  on(name, listener) {
    if (typeof listener !== 'function') throw new TypeError('listener must be a function');
    const list = this.listeners.get(name) || [];
    list.push({ listener, once: false });
    this.listeners.set(name, list);
    if (this.limit && list.length > this.limit && !list.warned) {
      list.warned = true;
      console.warn('possible leak: %d listeners for %s', list.length, String(name));
    }
    return () => this.off(name, listener);
  }

  once(name, listener) {
    const list = this.listeners.get(name) || [];
    list.push({ listener, once: true });
    this.listeners.set(name, list);
    return this;
  }

  off(name, listener) {
    const list = this.listeners.get(name);
    if (!list) return this;
    const kept = list.filter((entry) => entry.listener !== listener);
    if (kept.length) this.listeners.set(name, kept);
    else this.listeners.delete(name);
    return this;
  }

  emit(name, ...values) {
    const list = this.listeners.get(name);
    if (!list) return false;
    for (const entry of list.slice()) {
      if (entry.once) this.off(name, entry.listener);
      entry.listener.apply(this, values);
    }
    return true;
  }

  listenerCount(name) {
    return (this.listeners.get(name) || []).length;
  }
}

function pipeAll(source, targets, names) {
  for (const name of names) {
    source.on(name, (...values) => {
      for (const target of targets) target.emit(name, ...values);
    });
  }
  return source;
}

function waitFor(emitter, name, timeout) {
  return new Promise((resolve, reject) => {
    let timer = null;
    const done = (value) => {
      if (timer) clearTimeout(timer);
      resolve(value);
    };
    emitter.once(name, done);
    if (timeout) {
      timer = setTimeout(() => {
        emitter.off(name, done);
        reject(new Error('timed out waiting for ' + String(name)));
      }, timeout);
    }
  });
}

module.exports = { Emitter, pipeAll, waitFor };
