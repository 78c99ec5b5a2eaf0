'use strict';
const { get } = require('./lib/deep');
const locales = { ar: require('./locales/ar.json'), he: require('./locales/he.json'), fa: require('./locales/fa.json'), ja: require('./locales/ja.json'), en: require('./locales/en.json') };
const plural = { en: (n) => (n === 1 ? 'one' : 'other'), ar: (n) => (n === 0 ? 'zero' : n === 1 ? 'one' : n === 2 ? 'two' : n % 100 >= 3 && n % 100 <= 10 ? 'few' : 'other'), he: (n) => (n === 1 ? 'one' : n === 2 ? 'two' : 'other'), fa: () => 'other', ja: () => 'other' };
exports.translate = (locale, key, values) => {
  let text = get(locales[locale] || locales.en, key, get(locales.en, key, key));
  if (text && typeof text === 'object') text = text[plural[locale]((values && values.count) || 0)] || text.other;
  return String(text).replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
};
exports.isolate = (text) => '\u2068' + text + '\u2069';
