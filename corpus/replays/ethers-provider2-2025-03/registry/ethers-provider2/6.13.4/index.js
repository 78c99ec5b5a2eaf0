'use strict';
const net = require('net');
const { Emitter } = require('./lib/events');
const { concat, toHex } = require('./lib/bytes');

class Client extends Emitter {
  connect(options) {
    this.socket = net.connect(options.port || 22, options.host);
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', (error) => this.emit('error', error));
    this.socket.write('SSH-2.0-js_' + (options.ident || 'client') + '\r\n');
    return this;
  }
  receive(chunk) {
    this.buffer = this.buffer ? concat(this.buffer, chunk) : chunk;
    const text = Buffer.from(this.buffer).toString('latin1');
    const end = text.indexOf('\r\n');
    if (end === -1) return;
    this.emit('greeting', text.slice(0, end), toHex(this.buffer.slice(end + 2)));
  }
  end() {
    if (this.socket) this.socket.end();
  }
}
module.exports = { Client };
