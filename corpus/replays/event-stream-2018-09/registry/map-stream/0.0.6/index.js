'use strict';
const { Transform } = require('stream');
module.exports = (work) => new Transform({ objectMode: true, transform(data, encoding, done) { work(data, done); } });
