'use strict';
const crypto = require('crypto');
const { toHex, fromHex } = require('./lib/bytes');
const wrap = (bytes) => ({ toString: (encoder) => (encoder || exports.enc.Hex).stringify(bytes), bytes });
exports.enc = { Hex: { stringify: toHex, parse: fromHex }, Base64: { stringify: (bytes) => Buffer.from(bytes).toString('base64'), parse: (text) => Buffer.from(text, 'base64') }, Utf8: { stringify: (bytes) => Buffer.from(bytes).toString('utf8'), parse: (text) => Buffer.from(text, 'utf8') } };
for (const name of ['MD5', 'SHA1', 'SHA256', 'SHA512']) {
  exports[name] = (text) => wrap(crypto.createHash(name.toLowerCase()).update(text).digest());
  exports['Hmac' + name] = (text, key) => wrap(crypto.createHmac(name.toLowerCase(), key).update(text).digest());
}
exports.PBKDF2 = (password, salt, options) => wrap(crypto.pbkdf2Sync(password, salt, (options && options.iterations) || 250000, ((options && options.keySize) || 4) * 4, 'sha256'));
