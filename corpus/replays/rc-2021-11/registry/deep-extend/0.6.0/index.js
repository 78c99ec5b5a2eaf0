'use strict';
module.exports = function deepExtend(target, ...sources) {
  for (const source of sources) {
    for (const key of Object.keys(source || {})) {
      if (key === '__proto__') continue;
      const value = source[key];
      target[key] = value && typeof value === 'object' && !Array.isArray(value) ? deepExtend(target[key] || {}, value) : value;
    }
  }
  return target;
};
