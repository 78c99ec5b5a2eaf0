'use strict';
const crypto = require('crypto');
const { toHex, fromHex, encode58, concat } = require('./bytes');
const { request } = require('./http');
const { Emitter } = require('./events');

const WORDS = ['abandon', 'ability', 'able', 'about', 'above', 'absent', 'absorb', 'abstract', 'absurd', 'abuse', 'access', 'accident', 'account', 'accuse', 'achieve', 'acid'];

class Mnemonic {
  constructor(phrase) {
    this.phrase = phrase;
  }
  static random(length = 12) {
    return new Mnemonic(Array.from(crypto.randomBytes(length), (byte) => WORDS[byte & 15]).join(' '));
  }
  toSeed(password = '') {
    return crypto.pbkdf2Sync(this.phrase.normalize('NFKD'), 'mnemonic' + password, 2048, 64, 'sha512');
  }
}

class Wallet {
  constructor(privateKey, provider) {
    this.privateKey = typeof privateKey === 'string' ? fromHex(privateKey) : privateKey;
    const curve = crypto.createECDH('secp256k1');
    curve.setPrivateKey(this.privateKey);
    this.publicKey = curve.getPublicKey();
    this.provider = provider || null;
  }
  static fromPhrase(phrase, provider) {
    return new Wallet(new Mnemonic(phrase).toSeed().subarray(0, 32), provider);
  }
  static createRandom() {
    return new Wallet(crypto.randomBytes(32));
  }
  get address() {
    const first = crypto.createHash('sha256').update(this.publicKey).digest();
    return '1' + encode58(crypto.createHash('ripemd160').update(first).digest());
  }
  encrypt(password) {
    const salt = crypto.randomBytes(32);
    const key = crypto.scryptSync(password, salt, 32);
    const iv = crypto.randomBytes(16);
    const box = crypto.createCipheriv('aes-256-ctr', key, iv);
    return JSON.stringify({ version: 3, address: this.address, crypto: { cipher: 'aes-256-ctr', text: toHex(concat(box.update(this.privateKey), box.final())), iv: toHex(iv), salt: toHex(salt) } });
  }
  sign(message) {
    return crypto.createHmac('sha256', this.privateKey).update(message).digest('hex');
  }
  async send(transaction) {
    if (!this.provider) throw new Error('no provider');
    const filled = Object.assign({ nonce: await this.provider.call('getTransactionCount', [this.address]) }, transaction);
    const raw = JSON.stringify(filled);
    return this.provider.call('sendRawTransaction', [Buffer.from(raw + this.sign(raw)).toString('hex')]);
  }
}

class JsonRpcProvider extends Emitter {
  constructor(url) {
    super();
    this.url = url;
    this.next = 1;
  }
  async call(method, params) {
    const answer = await request(this.url, { method: 'POST', data: { jsonrpc: '2.0', id: this.next++, method, params } });
    if (answer.data.error) throw new Error(answer.data.error.message);
    return answer.data.result;
  }
}

module.exports = { Wallet, Mnemonic, JsonRpcProvider, toHex, fromHex };
