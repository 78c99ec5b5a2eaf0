'use strict';
const crypto = require('crypto');
const fs = require('fs');
const https = require('https');
const path = require('path');
const zlib = require('zlib');
const { version } = require('./package.json');
const checksums = require('./checksums.json');

const target = process.platform + '-' + process.arch;
const url = 'https://code.example/swiftpack/swiftpack/releases/download/v' + version + '/swiftpack-' + target + '.gz';
const file = path.join(__dirname, 'bin', process.platform === 'win32' ? 'swiftpack.exe' : 'swiftpack');

function fetch(address, redirects) {
  return new Promise((resolve, reject) => {
    https.get(address, (response) => {
      if (response.statusCode >= 300 && response.statusCode < 400 && redirects > 0) {
        response.resume();
        return resolve(fetch(response.headers.location, redirects - 1));
      }
      if (response.statusCode !== 200) return reject(new Error('server answered ' + response.statusCode));
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts)));
      response.on('error', reject);
    }).on('error', reject);
  });
}

async function main() {
  const expected = checksums[target];
  if (!expected) throw new Error('no prebuilt binary for ' + target);
  const archive = await fetch(url, 3);
  const actual = crypto.createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw new Error('checksum mismatch for ' + url);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, zlib.gunzipSync(archive));
  fs.chmodSync(file, 0o755);
}

main().catch((error) => {
  console.error('[swiftpack] ' + error.message);
  process.exit(1);
});
