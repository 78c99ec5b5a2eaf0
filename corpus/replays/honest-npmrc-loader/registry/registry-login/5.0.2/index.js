'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { request } = require('./lib/http');
const { merge } = require('./lib/deep');

function parse(text) {
  const out = {};
  for (const line of text.split(/\r?\n/)) {
    const pair = /^\s*([^;#=]+?)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair) out[pair[1]] = pair[2].replace(/\$\{([^}]+)\}/g, (whole, name) => process.env[name] || whole);
  }
  return out;
}

function read(file) {
  try {
    return parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

function loadConfig(folder) {
  const user = process.env.NPM_CONFIG_USERCONFIG || path.join(os.homedir(), '.npmrc');
  return merge({}, read(user), read(path.join(folder || process.cwd(), '.npmrc')));
}

function registryFor(name, config) {
  const scope = name[0] === '@' ? name.split('/')[0] : null;
  const found = (scope && config[scope + ':registry']) || config.registry;
  if (!found) throw new Error('no registry is configured');
  return found.endsWith('/') ? found : found + '/';
}

function authFor(registry, config) {
  let place = registry.replace(/^https?:/, '');
  while (place.length > 2) {
    const token = config[place + ':_authToken'];
    if (token) return { authorization: 'Bearer ' + token };
    const basic = config[place + ':_auth'];
    if (basic) return { authorization: 'Basic ' + basic };
    place = place.replace(/[^/]*\/?$/, '');
  }
  return {};
}

exports.packument = async function packument(name, options) {
  const config = loadConfig(options && options.folder);
  const registry = registryFor(name, config);
  const answer = await request(registry + name.replace('/', '%2f'), { headers: Object.assign({ accept: 'application/vnd.npm.install-v1+json' }, authFor(registry, config)) });
  return answer.data;
};
exports.loadConfig = loadConfig;
exports.registryFor = registryFor;
exports.authFor = authFor;
