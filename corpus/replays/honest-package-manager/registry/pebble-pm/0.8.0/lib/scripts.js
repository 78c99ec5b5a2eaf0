'use strict';
const path = require('path');
const { spawn } = require('child_process');
const ORDER = ['preinstall', 'install', 'postinstall'];
exports.run = async (manifest, folder, allowed) => {
  for (const name of ORDER) {
    const command = manifest.scripts && manifest.scripts[name];
    if (!command || !allowed.includes(manifest.name)) continue;
    const env = Object.assign({}, process.env, { npm_lifecycle_event: name, npm_package_name: manifest.name, npm_package_version: manifest.version, PATH: [path.join(folder, '..', '.bin'), process.env.PATH].join(path.delimiter) });
    await new Promise((resolve, reject) => {
      const child = spawn(command, { cwd: folder, env, shell: true, stdio: 'inherit' });
      child.on('exit', (code) => (code ? reject(new Error(manifest.name + ' ' + name + ' failed with ' + code)) : resolve()));
    });
  }
};
