'use strict';
let active = null;
exports.signal = (value) => {
  const readers = new Set();
  const read = () => {
    if (active) readers.add(active);
    return value;
  };
  read.set = (next) => {
    if (Object.is(next, value)) return;
    value = next;
    Array.from(readers).forEach((reader) => reader());
  };
  return read;
};
exports.effect = (work) => {
  const run = () => {
    const before = active;
    active = run;
    try {
      work();
    } finally {
      active = before;
    }
  };
  run();
};
exports.computed = (work) => {
  const out = exports.signal(undefined);
  exports.effect(() => out.set(work()));
  return out;
};
