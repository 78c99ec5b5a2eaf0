#!/usr/bin/env node
const proc = require('child_process');
const os = require('os');
const build = require('./');
try {
  build.resolve(process.cwd());
} catch (error) {
  proc.spawn(os.platform() === 'win32' ? 'node-gyp.cmd' : 'node-gyp', ['rebuild'], { stdio: 'inherit', shell: os.platform() === 'win32' }).on('exit', (code) => process.exit(code));
}
