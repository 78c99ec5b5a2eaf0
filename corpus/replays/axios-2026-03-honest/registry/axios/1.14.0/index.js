'use strict';
module.exports = require('./lib/axios');
module.exports.default = module.exports;
