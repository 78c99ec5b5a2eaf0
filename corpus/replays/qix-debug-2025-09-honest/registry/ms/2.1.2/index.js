'use strict';
const { parseDuration, UNITS } = require('./lib/date');
module.exports = (value) => {
  if (typeof value === 'string') return parseDuration(value);
  for (const name of ['d', 'h', 'm', 's']) if (Math.abs(value) >= UNITS[name]) return Math.round(value / UNITS[name]) + name;
  return value + 'ms';
};
