'use strict';

function day(value) {
  const date = value === undefined ? new Date() : new Date(value);
  return { format: () => date.toISOString(), valueOf: () => date.getTime() };
}

module.exports = day;
