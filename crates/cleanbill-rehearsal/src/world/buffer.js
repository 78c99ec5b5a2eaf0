// Buffer over Uint8Array.
(function (W) {
  'use strict';
  const { H } = W;
  class Buffer extends Uint8Array {
    toString(encoding, start, end) { let view = this; if (start !== undefined || end !== undefined) view = this.subarray(start || 0, end === undefined ? this.length : end); return H.encode(view, encoding === undefined ? 'utf8' : String(encoding)); }
    toLocaleString(encoding) { return this.toString(encoding); }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    equals(other) { if (this.length !== other.length) return false; for (let at = 0; at < this.length; at++) if (this[at] !== other[at]) return false; return true; }
    compare(other) { return Buffer.compare(this, other); }
    slice(start, end) { return this.subarray(start, end); }
    subarray(start, end) { const view = super.subarray(start, end); return Object.setPrototypeOf(new Uint8Array(view.buffer, view.byteOffset, view.length), Buffer.prototype); }
    copy(target, at = 0, start = 0, end = this.length) { const part = Uint8Array.prototype.subarray.call(this, start, Math.min(end, start + target.length - at)); Uint8Array.prototype.set.call(target, part, at); return part.length; }
    write(text, at, length, encoding) {
      if (typeof at === 'string') { encoding = at; at = 0; length = this.length; } else if (typeof length === 'string') { encoding = length; length = this.length - at; }
      at = at || 0; const data = H.decode(text, encoding || 'utf8'); const count = Math.min(data.length, length === undefined ? this.length - at : length, this.length - at);
      for (let i = 0; i < count; i++) this[at + i] = data[i];
      return count;
    }
    fill(value, start = 0, end = this.length, encoding) {
      if (typeof value !== 'string' && !(value instanceof Uint8Array)) return super.fill(value, start, end);
      const data = typeof value === 'string' ? H.decode(value, typeof start === 'string' ? start : encoding || 'utf8') : value;
      if (typeof start === 'string') { start = 0; end = this.length; }
      if (data.length === 0) return super.fill(0, start, end);
      for (let at = start; at < end; at++) this[at] = data[(at - start) % data.length];
      return this;
    }
    indexOf(value, from, encoding) { if (typeof value === 'number') return super.indexOf(value, from); const data = W.bytesOf(value, encoding); outer: for (let at = from || 0; at + data.length <= this.length; at++) { for (let i = 0; i < data.length; i++) if (this[at + i] !== data[i]) continue outer; return at; } return -1; }
    lastIndexOf(value) { if (typeof value === 'number') return super.lastIndexOf(value); return this.toString('latin1').lastIndexOf(H.encode(W.bytesOf(value), 'latin1')); }
    includes(value, from, encoding) { return this.indexOf(value, from, encoding) !== -1; }
    swap16() { for (let at = 0; at + 1 < this.length; at += 2) { const one = this[at]; this[at] = this[at + 1]; this[at + 1] = one; } return this; }
    get parent() { return this.buffer; } get offset() { return this.byteOffset; }
    readUIntBE(at, size) { let value = 0; for (let i = 0; i < size; i++) value = value * 256 + this[at + i]; return value; }
    readUIntLE(at, size) { let value = 0; for (let i = size - 1; i >= 0; i--) value = value * 256 + this[at + i]; return value; }
    readIntBE(at, size) { const value = this.readUIntBE(at, size); const top = 2 ** (8 * size - 1); return value >= top ? value - 2 * top : value; }
    readIntLE(at, size) { const value = this.readUIntLE(at, size); const top = 2 ** (8 * size - 1); return value >= top ? value - 2 * top : value; }
    writeUIntBE(value, at, size) { for (let i = size - 1; i >= 0; i--) { this[at + i] = value % 256; value = Math.floor(value / 256); } return at + size; }
    writeUIntLE(value, at, size) { for (let i = 0; i < size; i++) { this[at + i] = ((value % 256) + 256) % 256; value = Math.floor(value / 256); } return at + size; }
    writeIntBE(value, at, size) { return this.writeUIntBE(value < 0 ? value + 2 ** (8 * size) : value, at, size); }
    writeIntLE(value, at, size) { return this.writeUIntLE(value < 0 ? value + 2 ** (8 * size) : value, at, size); }
  }
  const P = Buffer.prototype;
  const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const numbers = [['UInt8', 'Uint8', 1], ['Int8', 'Int8', 1], ['UInt16', 'Uint16', 2], ['Int16', 'Int16', 2], ['UInt32', 'Uint32', 4], ['Int32', 'Int32', 4], ['BigUInt64', 'BigUint64', 8], ['BigInt64', 'BigInt64', 8], ['Float', 'Float32', 4], ['Double', 'Float64', 8]];
  for (const [name, native, size] of numbers) {
    for (const order of size === 1 ? [''] : ['LE', 'BE']) {
      const read = function (at = 0) { return view(this)['get' + native](at, order === 'LE'); };
      const write = function (value, at = 0) { view(this)['set' + native](at, value, order === 'LE'); return at + size; };
      for (const spelt of [name, name.replace('UInt', 'Uint')]) { P['read' + spelt + order] = read; P['write' + spelt + order] = write; }
    }
  }
  for (const name of ['readUIntBE', 'readUIntLE', 'writeUIntBE', 'writeUIntLE']) P[name.replace('UInt', 'Uint')] = P[name];
  for (const encoding of ['utf8', 'hex', 'base64', 'latin1', 'ascii', 'ucs2']) { P[encoding + 'Slice'] = function (start, end) { return this.toString(encoding, start, end); }; P[encoding + 'Write'] = function (text, at, length) { return this.write(text, at, length, encoding); }; }
  const wrap = (bytes) => Object.setPrototypeOf(bytes, P);
  W.buffer = wrap;
  const from = function (value, encoding, length) {
    if (typeof value === 'string') return wrap(H.decode(value, encoding === undefined ? 'utf8' : String(encoding)));
    if (value instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer)) return wrap(new Uint8Array(value, encoding || 0, length === undefined ? undefined : length));
    if (value instanceof Uint8Array) return wrap(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) return wrap(Uint8Array.from(value));
    if (value && value.type === 'Buffer' && Array.isArray(value.data)) return wrap(Uint8Array.from(value.data));
    if (value && typeof value === 'object' && typeof value.length === 'number') return wrap(Uint8Array.from(value));
    if (value && typeof value.valueOf === 'function' && value.valueOf() !== value && value.valueOf() != null) return from(value.valueOf(), encoding, length);
    if (value && typeof value === 'object' && value[Symbol.toPrimitive]) return from(String(value), encoding);
    const error = new TypeError('The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received ' + (value === null ? 'null' : typeof value));
    error.code = 'ERR_INVALID_ARG_TYPE'; throw error;
  };
  function Public(value, encoding, length) { return typeof value === 'number' ? Public.alloc(value) : from(value, encoding, length); }
  Public.prototype = P;
  Object.defineProperty(P, 'constructor', { value: Public, writable: true, configurable: true });
  Object.setPrototypeOf(Public, Uint8Array);
  const most = 64 * 1024 * 1024;
  const sized = (size) => { if (typeof size !== 'number' || size < 0 || size > most) throw new RangeError('The value of "size" is out of range.'); return new Uint8Array(size); };
  Object.assign(Public, {
    from, poolSize: 8192,
    alloc: (size, fill, encoding) => { const made = wrap(sized(size)); if (fill !== undefined) made.fill(fill, 0, size, encoding); return made; },
    allocUnsafe: (size) => wrap(sized(size)), allocUnsafeSlow: (size) => wrap(sized(size)),
    isBuffer: (value) => value instanceof Public, isEncoding: (name) => /^(utf-?8|hex|base64(url)?|latin1|binary|ascii|ucs-?2|utf-?16le)$/i.test(name),
    byteLength: (value, encoding) => (typeof value === 'string' ? H.decode(value, encoding || 'utf8').length : value.byteLength),
    concat: (list, total) => { let size = 0; for (const one of list) size += one.length; if (total === undefined) total = size; const out = wrap(sized(total)); let at = 0; for (const one of list) { if (at >= total) break; const part = at + one.length > total ? one.subarray(0, total - at) : one; Uint8Array.prototype.set.call(out, part, at); at += part.length; } return out; },
    compare: (one, other) => { const count = Math.min(one.length, other.length); for (let at = 0; at < count; at++) if (one[at] !== other[at]) return one[at] < other[at] ? -1 : 1; return one.length - other.length < 0 ? -1 : one.length === other.length ? 0 : 1; },
    of: (...values) => wrap(Uint8Array.from(values)), copyBytesFrom: (array) => from(array),
  });
  Object.defineProperty(Public, 'name', { value: 'Buffer' });
  Object.defineProperty(Public, Symbol.hasInstance, { value: (value) => Object.prototype.isPrototypeOf.call(P, value) });
  const atob = (text) => H.encode(H.decode(String(text), 'base64'), 'latin1');
  const btoa = (text) => H.encode(H.decode(String(text), 'latin1'), 'base64');
  return { Buffer: Public, SlowBuffer: Public, INSPECT_MAX_BYTES: 50, kMaxLength: 2 ** 32, constants: { MAX_LENGTH: 2 ** 32, MAX_STRING_LENGTH: 536870888 }, atob, btoa, transcode: (data) => data, isUtf8: () => true, isAscii: () => true, get Blob() { return W.world('web').globals.Blob; }, File: class File {} };
})
