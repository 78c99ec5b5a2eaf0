'use strict';
const { Duplex } = require('stream');
module.exports = (writer, reader) => Duplex.from({ writable: writer, readable: reader });
