'use strict';
const crypto = require('crypto');
const net = require('net');
const tls = require('tls');
const { URL } = require('url');
const { Emitter } = require('./lib/events');
const { delayFor } = require('./lib/retry');
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(opcode, payload) {
  const mask = crypto.randomBytes(4);
  const length = payload.length;
  const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length]) : length < 65536 ? Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255]) : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0]), Buffer.from(Uint32Array.of(length).buffer).reverse()]);
  return Buffer.concat([head, mask, Buffer.from(payload.map((byte, index) => byte ^ mask[index & 3]))]);
}

class WebSocketClient extends Emitter {
  constructor(address, options) {
    super();
    this.url = new URL(address);
    this.options = Object.assign({ reconnect: true, headers: {} }, options);
    this.attempt = 0;
    this.buffer = Buffer.alloc(0);
    this.open();
  }
  open() {
    const secure = this.url.protocol === 'wss:';
    const port = Number(this.url.port) || (secure ? 443 : 80);
    const key = crypto.randomBytes(16).toString('base64');
    this.accept = crypto.createHash('sha1').update(key + GUID).digest('base64');
    this.socket = (secure ? tls : net).connect({ port, host: this.url.hostname, servername: this.url.hostname }, () => {
      const lines = ['GET ' + this.url.pathname + this.url.search + ' HTTP/1.1', 'Host: ' + this.url.host, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: ' + key, 'Sec-WebSocket-Version: 13'];
      for (const name of Object.keys(this.options.headers)) lines.push(name + ': ' + this.options.headers[name]);
      this.socket.write(lines.join('\r\n') + '\r\n\r\n');
    });
    this.upgraded = false;
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', (error) => this.emit('error', error));
    this.socket.on('close', () => {
      this.emit('close');
      if (this.options.reconnect) setTimeout(() => this.open(), delayFor((this.attempt += 1), { factor: 2, minTimeout: 250, maxTimeout: 30000, jitter: true }));
    });
  }
  receive(chunk) {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    if (!this.upgraded) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end === -1) return;
      if (!this.buffer.subarray(0, end).toString().includes(this.accept)) return this.socket.destroy(new Error('invalid Sec-WebSocket-Accept'));
      this.buffer = this.buffer.subarray(end + 4);
      this.upgraded = true;
      this.attempt = 0;
      this.emit('open');
    }
    while (this.buffer.length >= 2) {
      const opcode = this.buffer[0] & 15;
      let length = this.buffer[1] & 127;
      let offset = 2;
      if (length === 126) { length = this.buffer.readUInt16BE(2); offset = 4; }
      if (this.buffer.length < offset + length) return;
      const payload = this.buffer.subarray(offset, offset + length);
      this.buffer = this.buffer.subarray(offset + length);
      if (opcode === 1) this.emit('message', payload.toString('utf8'));
      else if (opcode === 2) this.emit('message', payload);
      else if (opcode === 9) this.socket.write(frame(10, payload));
      else if (opcode === 8) this.close();
    }
  }
  send(data) {
    this.socket.write(frame(Buffer.isBuffer(data) ? 2 : 1, Buffer.from(data)));
  }
  close() {
    this.options.reconnect = false;
    this.socket.end(frame(8, Buffer.alloc(0)));
  }
}
module.exports = WebSocketClient;
