'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
exports.verify = (bytes, integrity) => {
  const [algorithm, digest] = integrity.split('-');
  if (crypto.createHash(algorithm).update(bytes).digest('base64') !== digest) throw new Error('integrity check failed');
};
exports.extract = (bytes, folder) => {
  const tar = zlib.gunzipSync(bytes);
  for (let offset = 0; offset + 512 <= tar.length;) {
    const name = tar.toString('utf8', offset, offset + 100).replace(/\0.*$/, '');
    if (!name) break;
    const size = parseInt(tar.toString('ascii', offset + 124, offset + 136), 8) || 0;
    const mode = parseInt(tar.toString('ascii', offset + 100, offset + 108), 8) || 0o644;
    const file = path.resolve(folder, name.replace(/^[^/]+\//, ''));
    if (!file.startsWith(path.resolve(folder) + path.sep)) throw new Error('entry outside of the folder: ' + name);
    if (tar[offset + 156] !== 53) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, tar.subarray(offset + 512, offset + 512 + size), { mode: mode | 0o600 });
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
};
