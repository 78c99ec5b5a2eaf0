'use strict';

const BLOCKED = new Set(['__proto__', 'constructor', 'prototype']);

function isPlain(value) {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const parent = Object.getPrototypeOf(value);
  return parent === null || parent === Object.prototype;
}

function clone(value, seen) {
  const known = seen || new Map();
  if (known.has(value)) return known.get(value);
  if (Array.isArray(value)) {
    const out = [];
    known.set(value, out);
    for (const item of value) out.push(clone(item, known));
    return out;
  }
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (!isPlain(value)) return value;
  const out = {};
  known.set(value, out);
  for (const key of Object.keys(value)) if (!BLOCKED.has(key)) out[key] = clone(value[key], known);
  return out;
}

function merge(target, ...sources) {
  for (const source of sources) {
    for (const key of Object.keys(source || {})) {
      if (BLOCKED.has(key)) continue;
      const value = source[key];
      if (isPlain(value) && isPlain(target[key])) merge(target[key], value);
      else if (value !== undefined) target[key] = clone(value);
    }
  }
  return target;
}

function toPath(path) {
  if (Array.isArray(path)) return path;
  const out = [];
  String(path).replace(/[^.[\]]+|\[(?:(-?\d+)|(["'])((?:(?!\2).)*)\2)\]/g, (whole, number, quote, text) => {
    out.push(quote ? text : number === undefined ? whole : Number(number));
    return '';
  });
  return out;
}

function get(object, path, fallback) {
  let value = object;
  for (const key of toPath(path)) {
    if (value === null || value === undefined) return fallback;
    value = value[key];
  }
  return value === undefined ? fallback : value;
}

function set(object, path, value) {
  const keys = toPath(path);
  let place = object;
  for (let index = 0; index < keys.length - 1; index += 1) {
    const key = keys[index];
    if (BLOCKED.has(key)) return object;
    if (place[key] === null || typeof place[key] !== 'object') place[key] = typeof keys[index + 1] === 'number' ? [] : {};
    place = place[key];
  }
  place[keys[keys.length - 1]] = value;
  return object;
}

function equal(left, right) {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  if (!isPlain(left) || !isPlain(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && equal(left[key], right[key]));
}

module.exports = { isPlain, clone, merge, get, set, equal, toPath };
