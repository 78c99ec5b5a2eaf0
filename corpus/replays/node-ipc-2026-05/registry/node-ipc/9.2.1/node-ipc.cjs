'use strict';
const net = require('net');
const { Emitter } = require('./services/events.js');
const { createLogger } = require('./services/logger.js');

class IPC extends Emitter {
  constructor(config) {
    super();
    this.config = Object.assign({ appspace: 'app.', socketRoot: '/run/ipc/', id: 'world', encoding: 'utf8', delimiter: '\f' }, config);
    this.log = createLogger({ name: this.config.id });
    this.of = {};
  }
  format(type, data) {
    return JSON.stringify({ type, data }) + this.config.delimiter;
  }
  parse(chunk, visit) {
    for (const part of String(chunk).split(this.config.delimiter).filter(Boolean)) visit(JSON.parse(part));
  }
  connectTo(id, path, ready) {
    const client = new Emitter();
    client.socket = net.connect({ path: path || this.config.socketRoot + this.config.appspace + id });
    client.socket.setEncoding(this.config.encoding);
    client.socket.on('connect', () => client.emit('connect'));
    client.socket.on('data', (chunk) => this.parse(chunk, (message) => client.emit(message.type, message.data)));
    client.send = (type, data) => client.socket.write(this.format(type, data));
    this.of[id] = client;
    if (ready) ready(this);
    return client;
  }
  serve(path, started) {
    this.server = net.createServer((socket) => {
      socket.setEncoding(this.config.encoding);
      socket.on('data', (chunk) => this.parse(chunk, (message) => this.emit(message.type, message.data, socket)));
    });
    this.server.listen(path || this.config.socketRoot + this.config.appspace + this.config.id, started);
    return this.server;
  }
}

module.exports = new IPC();
module.exports.IPC = IPC;
