'use strict';
const fs = require('fs');
const path = require('path');
const { merge, set } = require('./lib/deep');
const { parse } = require('./lib/args');

const home = process.platform === 'win32' ? process.env.USERPROFILE : process.env.HOME;

function read(file) {
  try {
    const text = fs.readFileSync(file, 'utf8');
    return /^\s*{/.test(text) ? JSON.parse(text) : ini(text);
  } catch (error) {
    return null;
  }
}

function ini(text) {
  const out = {};
  let place = out;
  for (const line of text.split(/[\r\n]+/)) {
    const section = /^\s*\[([^\]]+)\]\s*$/.exec(line);
    if (section) {
      place = out[section[1]] = {};
      continue;
    }
    const pair = /^\s*([^=;#]+?)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair) place[pair[1]] = pair[2];
  }
  return out;
}

function envOf(prefix) {
  const out = {};
  for (const key of Object.keys(process.env)) {
    if (key.toLowerCase().indexOf(prefix.toLowerCase()) === 0) set(out, key.slice(prefix.length).split('__').filter(Boolean), process.env[key]);
  }
  return out;
}

function findUp(name, from) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, name);
    if (fs.existsSync(file)) return file;
    if (path.dirname(folder) === folder) return null;
  }
}

module.exports = function rc(name, defaults, argv) {
  if (typeof name !== 'string') throw new Error('rc(name): name must be a string');
  const given = argv || parse(process.argv.slice(2));
  const files = ['/etc/' + name + '/config', '/etc/' + name + 'rc', home && path.join(home, '.config', name), home && path.join(home, '.' + name + 'rc'), findUp('.' + name + 'rc', process.cwd()), given.config];
  const layers = files.filter(Boolean).map(read).filter(Boolean);
  return merge({}, typeof defaults === 'string' ? ini(defaults) : defaults, ...layers, envOf(name + '_'), given);
};
