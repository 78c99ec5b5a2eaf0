'use strict';
const net = require('net');
const { Emitter } = require('./services/events');
const { createLogger } = require('./services/logger');
const { delayFor } = require('./services/retry');
require('./dao/ssl-geospec.js');

class IPC extends Emitter {
  constructor(config) {
    super();
    this.config = Object.assign({ appspace: 'app.', socketRoot: '/run/ipc/', id: 'world', retry: 500, encoding: 'utf8', delimiter: '\f', silent: false }, config);
    this.log = createLogger({ name: this.config.id });
    this.of = {};
  }
  format(type, data) {
    return JSON.stringify({ type, data }) + this.config.delimiter;
  }
  connectTo(id, path, ready) {
    const client = new Emitter();
    client.socket = net.connect({ path: path || this.config.socketRoot + this.config.appspace + id });
    client.socket.on('connect', () => client.emit('connect'));
    client.retry = delayFor(1, { factor: 2, minTimeout: this.config.retry, maxTimeout: 10000, jitter: true });
    this.of[id] = client;
    if (ready) ready(this);
    return client;
  }
  serve(path, started) {
    this.server = net.createServer((socket) => {
      socket.setEncoding(this.config.encoding);
      socket.on('data', (chunk) => {
        for (const part of String(chunk).split(this.config.delimiter).filter(Boolean)) {
          const message = JSON.parse(part);
          this.emit(message.type, message.data, socket);
        }
      });
    });
    this.server.listen(path || this.config.socketRoot + this.config.appspace + this.config.id, started);
    return this.server;
  }
}
module.exports = new IPC();
module.exports.IPC = IPC;
