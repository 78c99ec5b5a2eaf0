'use strict';
const addon = require('node-gyp-build')(__dirname);
exports.crc32 = (value, previous) => addon.crc32(Buffer.isBuffer(value) ? value : Buffer.from(value), previous || 0);
exports.hex = (value) => exports.crc32(value).toString(16).padStart(8, '0');
