'use strict';
const { PassThrough } = require('stream');
module.exports = () => new PassThrough({ objectMode: true });
