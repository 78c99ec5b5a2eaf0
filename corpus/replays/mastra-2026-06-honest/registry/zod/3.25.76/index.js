'use strict';
const z = require('./lib/validate');
module.exports = { z, default: z };
