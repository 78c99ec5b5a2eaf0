'use strict';
const os = require('os');
const { render } = require('./table');
exports.info = () => ({ platform: os.platform(), arch: os.arch(), release: os.release(), cpus: os.cpus().length, memory: os.totalmem() });
exports.print = () => render(Object.entries(exports.info()).map(([key, value]) => [key, String(value)]), { align: ['left', 'right'] });
