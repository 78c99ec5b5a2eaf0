'use strict';
const crypto = require('crypto');
class FormData {
  constructor() {
    this.parts = [];
    this.boundary = '--------------------------' + crypto.randomBytes(12).toString('hex');
  }
  append(name, value, filename) {
    this.parts.push('--' + this.boundary + '\r\nContent-Disposition: form-data; name="' + name + '"' + (filename ? '; filename="' + filename + '"' : '') + '\r\n\r\n' + value + '\r\n');
  }
  getHeaders() {
    return { 'content-type': 'multipart/form-data; boundary=' + this.boundary };
  }
  getBuffer() {
    return Buffer.from(this.parts.join('') + '--' + this.boundary + '--\r\n');
  }
}
module.exports = FormData;
