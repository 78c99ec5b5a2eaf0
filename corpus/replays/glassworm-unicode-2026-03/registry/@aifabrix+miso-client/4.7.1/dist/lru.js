'use strict';

class Cache {
  constructor(options) {
    const settings = Object.assign({ max: 100, ttl: 0, onEvict: null }, options);
    if (!(settings.max > 0)) throw new RangeError('max must be positive');
    this.max = settings.max;
    this.ttl = settings.ttl;
    this.onEvict = settings.onEvict;
    this.entries = new Map();
    this.hits = 0;
    this.misses = 0;
  }

  get(key) {
    const entry = this.entries.get(key);
    if (!entry) {
      this.misses += 1;
      return undefined;
    }
    if (entry.until && entry.until < Date.now()) {
      this.delete(key);
      this.misses += 1;
      return undefined;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    this.hits += 1;
    return entry.value;
  }

  set(key, value, ttl) {
    const life = ttl === undefined ? this.ttl : ttl;
    this.entries.delete(key);
    this.entries.set(key, { value, until: life ? Date.now() + life : 0 });
    while (this.entries.size > this.max) {
      const oldest = this.entries.keys().next().value;
      this.delete(oldest);
    }
    return this;
  }

  has(key) {
    return this.get(key) !== undefined;
  }

  delete(key) {
    const entry = this.entries.get(key);
    if (!entry) return false;
    this.entries.delete(key);
    if (this.onEvict) this.onEvict(key, entry.value);
    return true;
  }

  clear() {
    for (const key of Array.from(this.entries.keys())) this.delete(key);
  }

  stats() {
    const total = this.hits + this.misses;
    return { size: this.entries.size, hits: this.hits, misses: this.misses, ratio: total ? this.hits / total : 0 };
  }
}

function memoize(work, options) {
  const cache = new Cache(options);
  return function memoized(...values) {
    const key = values.length === 1 ? values[0] : JSON.stringify(values);
    if (cache.has(key)) return cache.get(key);
    const result = work.apply(this, values);
    cache.set(key, result);
    return result;
  };
}

module.exports = { Cache, memoize };
