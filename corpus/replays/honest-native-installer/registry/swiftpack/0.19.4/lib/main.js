'use strict';
const path = require('path');
const { spawn } = require('child_process');
const { merge } = require('./deep');
const binary = process.env.SWIFTPACK_BINARY_PATH || path.join(__dirname, '..', 'bin', process.platform === 'win32' ? 'swiftpack.exe' : 'swiftpack');
function flagsFor(options) {
  const flags = [];
  for (const key of Object.keys(options)) {
    const name = '--' + key.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
    if (options[key] === true) flags.push(name);
    else if (Array.isArray(options[key])) options[key].forEach((value) => flags.push(name + ':' + value));
    else if (options[key] !== false && options[key] !== undefined) flags.push(name + '=' + options[key]);
  }
  return flags;
}
exports.build = (options) => new Promise((resolve, reject) => {
  const settings = merge({ bundle: true, minify: false, outdir: 'dist' }, options);
  const child = spawn(binary, settings.entryPoints.concat(flagsFor(Object.assign({}, settings, { entryPoints: false }))), { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (part) => (errors += part));
  child.on('error', reject);
  child.on('exit', (code) => (code ? reject(new Error(errors)) : resolve({ errors: [], warnings: errors.split('\n').filter(Boolean) })));
});
exports.version = require('../package.json').version;
