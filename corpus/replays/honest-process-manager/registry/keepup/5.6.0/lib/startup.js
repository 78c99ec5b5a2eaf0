'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { execFileSync } = require('child_process');
exports.install = () => {
  if (os.platform() !== 'linux') throw new Error('only systemd is supported');
  const file = path.join(os.homedir(), '.config', 'systemd', 'user', 'keepup.service');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, ['[Unit]', 'Description=keepup', '[Service]', 'ExecStart=' + process.execPath + ' ' + path.join(__dirname, '..', 'bin', 'keepup.js') + ' resurrect', '[Install]', 'WantedBy=default.target', ''].join('\n'));
  execFileSync('systemctl', ['--user', 'enable', 'keepup.service'], { stdio: 'inherit' });
};
