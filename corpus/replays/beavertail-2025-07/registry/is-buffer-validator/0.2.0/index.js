'use strict';
const { isPlain } = require('./lib/deep');
module.exports = (value) => Buffer.isBuffer(value) && !isPlain(value) && value.length >= 0;
