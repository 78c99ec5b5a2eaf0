'use strict';
const fs = require('fs');
const path = require('path');
const { Cache } = require('./lru');

const cache = new Cache({ max: 500 });
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const escapeXML = (value) => (value === undefined || value === null ? '' : String(value).replace(/[&<>'"]/g, (letter) => escapes[letter]));

let AsyncFunction = null;
try {
  AsyncFunction = new Function('return (async function(){}).constructor;')();
} catch (error) {
  if (!(error instanceof SyntaxError)) throw error;
}

class Template {
  constructor(text, options) {
    this.text = text;
    this.options = Object.assign({ delimiter: '%', open: '<', close: '>', localsName: 'locals', strict: false, async: false }, options);
    this.source = '';
  }
  generate() {
    const { open, close, delimiter } = this.options;
    const expression = new RegExp(open + delimiter + '([=\\-#_]?)([\\s\\S]*?)([-_]?)' + delimiter + close, 'g');
    let last = 0;
    let found;
    while ((found = expression.exec(this.text))) {
      this.literal(this.text.slice(last, found.index));
      if (found[1] === '=') this.source += '    ; __append(escapeFn(' + found[2].trim() + '))\n';
      else if (found[1] === '-') this.source += '    ; __append(' + found[2].trim() + ')\n';
      else if (found[1] !== '#') this.source += '    ; ' + found[2].trim() + '\n';
      last = expression.lastIndex;
    }
    this.literal(this.text.slice(last));
  }
  literal(text) {
    if (text) this.source += '    ; __append(' + JSON.stringify(text) + ')\n';
  }
  compile() {
    this.generate();
    const name = this.options.localsName;
    const body = '  var __output = "";\n  function __append(s) { if (s !== undefined && s !== null) __output += s }\n' + (this.options.strict ? '' : '  with (' + name + ' || {}) {\n') + this.source + (this.options.strict ? '' : '  }\n') + '  return __output;\n';
    const Constructor = this.options.async ? AsyncFunction : Function;
    const work = new Constructor(name + ', escapeFn, include, rethrow', body);
    const include = (file, data) => render(fs.readFileSync(path.resolve(path.dirname(this.options.filename || '.'), file + (path.extname(file) ? '' : '.ejs')), 'utf8'), data, this.options);
    return (data) => work.call(this.options.context, data || {}, escapeXML, include, null);
  }
}

function compile(text, options) {
  const key = options && options.cache && options.filename;
  if (key && cache.has(key)) return cache.get(key);
  const work = new Template(text, options).compile();
  if (key) cache.set(key, work);
  return work;
}

function render(text, data, options) {
  return compile(text, options)(data);
}

module.exports = { compile, render, escapeXML, renderFile: (file, data, done) => done(null, render(fs.readFileSync(file, 'utf8'), data, { filename: file })) };
