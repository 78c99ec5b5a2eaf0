'use strict';
const { Readable } = require('stream');
module.exports = (source) => (Array.isArray(source) ? Readable.from(source) : new Readable({ objectMode: true, read() { source.call(this); } }));
