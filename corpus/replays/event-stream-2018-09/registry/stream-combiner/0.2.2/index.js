'use strict';
const { pipeline, Duplex } = require('stream');
module.exports = (...streams) => {
  const list = streams.flat();
  pipeline(list, () => {});
  return Duplex.from({ writable: list[0], readable: list[list.length - 1] });
};
