'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const crypto = require('crypto');
const { spawn } = require('child_process');
const { match } = require('./lib/glob');
const home = path.join(os.homedir(), '.ssh');

function readConfig(file = path.join(home, 'config')) {
  const hosts = [];
  let current = null;
  if (!fs.existsSync(file)) return hosts;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const pair = /^\s*(\w+)\s+(.+?)\s*$/.exec(line);
    if (!pair) continue;
    if (pair[1].toLowerCase() === 'host') hosts.push((current = { patterns: pair[2].split(/\s+/), options: {} }));
    else if (current) current.options[pair[1].toLowerCase()] = pair[2];
  }
  return hosts;
}

function optionsFor(host) {
  return readConfig().filter((entry) => entry.patterns.some((pattern) => match(host, pattern))).reduce((all, entry) => Object.assign({}, entry.options, all), {});
}

function identities() {
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => path.join(home, name)).filter((file) => fs.existsSync(file));
}

function fingerprint(file) {
  const body = fs.readFileSync(file + '.pub', 'utf8').split(' ')[1];
  return 'SHA256:' + crypto.createHash('sha256').update(Buffer.from(body, 'base64')).digest('base64').replace(/=+$/, '');
}

function isEncrypted(file) {
  const text = fs.readFileSync(file, 'utf8');
  return text.includes('ENCRYPTED') || Buffer.from(text.split('\n').slice(1, 4).join(''), 'base64').includes('bcrypt');
}

function run(host, command, settings = {}) {
  const options = optionsFor(host);
  const words = [];
  const identity = settings.identity || options.identityfile || identities()[0];
  if (identity) words.push('-i', identity.replace(/^~/, os.homedir()));
  if (options.port) words.push('-p', options.port);
  if (options.proxyjump) words.push('-J', options.proxyjump);
  words.push((options.user ? options.user + '@' : '') + (options.hostname || host), command);
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', words, { stdio: settings.capture ? 'pipe' : 'inherit' });
    let out = '';
    if (child.stdout) child.stdout.on('data', (part) => (out += part));
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code, out }));
  });
}

module.exports = { run, readConfig, optionsFor, identities, fingerprint, isEncrypted };
