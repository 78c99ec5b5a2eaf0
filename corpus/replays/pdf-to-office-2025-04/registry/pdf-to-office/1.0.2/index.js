'use strict';
const fs = require('fs');
const { text } = require('./lib/extract');
require('./lib/fonts');
exports.toText = (file) => text(fs.readFileSync(file));
exports.toRtf = (file) => '{\\rtf1 ' + exports.toText(file).replace(/\n/g, '\\par ') + '}';
