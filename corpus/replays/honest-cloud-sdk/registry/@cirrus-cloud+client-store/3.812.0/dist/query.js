'use strict';

function encode(value) {
  return encodeURIComponent(value).replace(/[!'()*]/g, (letter) => '%' + letter.charCodeAt(0).toString(16).toUpperCase());
}

function stringify(object, options) {
  const settings = Object.assign({ arrays: 'repeat', skipNull: true, sort: false }, options);
  const keys = Object.keys(object || {});
  if (settings.sort) keys.sort();
  const pairs = [];
  for (const key of keys) {
    const value = object[key];
    if (value === undefined || (value === null && settings.skipNull)) continue;
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        const name = settings.arrays === 'brackets' ? key + '[]' : settings.arrays === 'index' ? key + '[' + index + ']' : key;
        pairs.push(encode(name) + '=' + encode(item));
      });
    } else pairs.push(encode(key) + '=' + encode(value === null ? '' : value));
  }
  return pairs.join('&');
}

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch (error) {
    return text;
  }
}

function parse(text) {
  const out = Object.create(null);
  const input = String(text).replace(/^[?#]/, '');
  if (!input) return out;
  for (const pair of input.split('&')) {
    const cut = pair.indexOf('=');
    const key = decode(cut === -1 ? pair : pair.slice(0, cut)).replace(/\[\d*\]$/, '');
    const value = cut === -1 ? '' : decode(pair.slice(cut + 1));
    if (key in out) out[key] = [].concat(out[key], value);
    else out[key] = value;
  }
  return out;
}

function parseCookies(header) {
  const jar = {};
  for (const part of String(header || '').split(/; */)) {
    const cut = part.indexOf('=');
    if (cut < 0) continue;
    const key = part.slice(0, cut).trim();
    if (jar[key] === undefined) jar[key] = decode(part.slice(cut + 1).trim().replace(/^"(.*)"$/, '$1'));
  }
  return jar;
}

module.exports = { stringify, parse, parseCookies };
