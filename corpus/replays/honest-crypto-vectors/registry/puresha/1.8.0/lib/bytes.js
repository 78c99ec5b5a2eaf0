'use strict';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LOOKUP = new Map(ALPHABET.split('').map((letter, index) => [letter, index]));

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text) {
  const clean = text.startsWith('0x') ? text.slice(2) : text;
  if (clean.length % 2 || /[^0-9a-f]/i.test(clean)) throw new TypeError('invalid hex');
  const out = new Uint8Array(clean.length / 2);
  for (let index = 0; index < out.length; index += 1) out[index] = parseInt(clean.slice(index * 2, index * 2 + 2), 16);
  return out;
}

function encode58(bytes) {
  const digits = [0];
  for (const byte of bytes) {
    let carry = byte;
    for (let index = 0; index < digits.length; index += 1) {
      carry += digits[index] << 8;
      digits[index] = carry % 58;
      carry = (carry / 58) | 0;
    }
    while (carry) {
      digits.push(carry % 58);
      carry = (carry / 58) | 0;
    }
  }
  let text = '';
  for (let index = 0; index < bytes.length && bytes[index] === 0; index += 1) text += ALPHABET[0];
  return text + digits.reverse().map((digit) => ALPHABET[digit]).join('');
}

function decode58(text) {
  const bytes = [0];
  for (const letter of text) {
    if (!LOOKUP.has(letter)) throw new TypeError('invalid base58 letter');
    let carry = LOOKUP.get(letter);
    for (let index = 0; index < bytes.length; index += 1) {
      carry += bytes[index] * 58;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    while (carry) {
      bytes.push(carry & 0xff);
      carry >>= 8;
    }
  }
  return Uint8Array.from(bytes.reverse());
}

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

function varint(value) {
  const out = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if (!rest) {
      out.push(low);
      return Uint8Array.from(out);
    }
    out.push(low | 0x80);
  }
}

module.exports = { toHex, fromHex, encode58, decode58, concat, varint };
