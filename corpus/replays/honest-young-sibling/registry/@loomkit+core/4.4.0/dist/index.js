'use strict';
const { merge } = require('./deep');
let active = null;
exports.signal = (value) => {
  const readers = new Set();
  const read = () => {
    if (active) readers.add(active);
    return value;
  };
  read.set = (next) => {
    value = next;
    readers.forEach((reader) => reader());
  };
  return read;
};
exports.effect = (work) => {
  const run = () => {
    active = run;
    work();
    active = null;
  };
  run();
};
exports.configure = (options) => merge({ strict: false }, options);
