// crypto: digests, HMAC, AES and derivation are real; randomness is seeded; keys are invented.
(function (W) {
  'use strict';
  const { H } = W;
  const { Transform } = W.use('stream');
  const Buffer_ = W.use('buffer').Buffer;
  const out = (bytes, encoding) => { W.buffer(bytes); return encoding && encoding !== 'buffer' ? H.encode(bytes, encoding) : bytes; };
  class Digest extends Transform {
    constructor(work) { super(); this.parts = []; this.work = work; }
    update(data, encoding) { this.parts.push(W.bytesOf(data, encoding)); return this; }
    digest(encoding) { return out(this.work(Buffer_.concat(this.parts)), encoding); }
    _transform(data, encoding, done) { this.update(data, encoding); done(); } _flush(done) { done(null, this.digest()); }
    copy() { const made = new Digest(this.work); made.parts = this.parts.slice(); return made; }
  }
  const keyBytes = (key) => (key && key.bytes ? key.bytes : key && key.key ? W.bytesOf(key.key) : W.bytesOf(key));
  class Cipher extends Transform {
    constructor(name, key, iv, decrypt) { super(); Object.assign(this, { name: String(name), key: keyBytes(key), iv: iv === null ? new Uint8Array(0) : W.bytesOf(iv), decrypt, parts: [], pad: true }); H.cipher(this.name, this.key, this.iv, new Uint8Array(0), false, true); }
    update(data, inward, outward) { this.parts.push(W.bytesOf(data, inward)); return out(new Uint8Array(0), outward); }
    final(encoding) { return out(H.cipher(this.name, this.key, this.iv, Buffer_.concat(this.parts), this.decrypt, this.pad), encoding); }
    _transform(data, encoding, done) { this.update(data, encoding); done(); } _flush(done) { try { done(null, this.final()); } catch (error) { done(error); } }
    setAutoPadding(pad) { this.pad = pad !== false; return this; } setAuthTag() { return this; } getAuthTag() { return Buffer_.alloc(16, 7); } setAAD() { return this; }
  }
  // The old interface derives key and vector from a password by MD5 alone.
  function fromPassword(name, password) { const size = { '128': 16, '192': 24, '256': 32 }[String(name).split('-')[1]] || 32; let all = new Uint8Array(0), last = new Uint8Array(0); while (all.length < size + 16) { last = H.hash('md5', Buffer_.concat([last, W.bytesOf(password)])); all = Buffer_.concat([all, last]); } return [all.subarray(0, size), all.subarray(size, size + 16)]; }
  class KeyObject { constructor(type, bytes) { this.type = type; this.bytes = bytes; this.asymmetricKeyType = type === 'secret' ? undefined : 'rsa'; this.symmetricKeySize = bytes.length; } export(options) { return options && options.format === 'jwk' ? { kty: 'RSA' } : options && options.format === 'pem' ? '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n' : out(this.bytes); } equals(other) { return other === this; } }
  const later = (work) => (...rest) => { const done = typeof rest[rest.length - 1] === 'function' ? rest.pop() : undefined; if (!done) return work(...rest); let value, error = null; try { value = work(...rest); } catch (caught) { error = caught; } W.later(done, error, value); };
  const randomBytes = later((size) => out(H.random(size)));
  const uuid = () => { const hex = H.encode(H.random(16), 'hex'); return hex.slice(0, 8) + '-' + hex.slice(8, 12) + '-4' + hex.slice(13, 16) + '-a' + hex.slice(17, 20) + '-' + hex.slice(20, 32); };
  const randomInt = later((low, high) => { if (high === undefined) { high = low; low = 0; } const bytes = H.random(6); let value = 0; for (const byte of bytes) value = value * 256 + byte; return low + (value % (high - low)); });
  const fill = (target) => { const view = new Uint8Array(target.buffer || target, target.byteOffset || 0, target.byteLength); view.set(H.random(view.length)); return target; };
  const derive = (password, salt, rounds, length, digest) => out(H.derive(digest || 'sha1', W.bytesOf(password), W.bytesOf(salt), rounds, length));
  const scrypt = (password, salt, length) => out(H.derive('sha256', W.bytesOf(password), W.bytesOf(salt), 1, length));
  const hashName = (given) => String((given && given.name) || given).replace('-', '').toLowerCase();
  const buffer = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const aes = (given, key) => ({ 'AES-CBC': 'aes-' + key.length * 8 + '-cbc', 'AES-GCM': 'aes-' + key.length * 8 + '-gcm', 'AES-CTR': 'aes-' + key.length * 8 + '-ctr' })[given.name];
  const subtle = {
    digest: async (name, data) => buffer(H.hash(hashName(name), W.bytesOf(data))), importKey: async (format, bytes, given) => ({ type: 'secret', algorithm: given, bytes: format === 'jwk' ? H.decode(bytes.k || '', 'base64url') : W.bytesOf(bytes) }), exportKey: async (_, key) => buffer(key.bytes || new Uint8Array(0)),
    deriveBits: async (given, key, bits) => buffer(H.derive(hashName(given.hash || 'sha256'), key.bytes, W.bytesOf(given.salt), given.iterations || 1, bits / 8)), deriveKey: async (given, key, made) => ({ type: 'secret', algorithm: made, bytes: H.derive(hashName(given.hash || 'sha256'), key.bytes, W.bytesOf(given.salt), given.iterations || 1, (made.length || 256) / 8) }),
    decrypt: async (given, key, data) => { let bytes = W.bytesOf(data); if (given.name === 'AES-GCM') bytes = H.isMarked(bytes) ? bytes : bytes.subarray(0, Math.max(0, bytes.length - 16)); return aes(given, key.bytes) ? buffer(H.cipher(aes(given, key.bytes), key.bytes, W.bytesOf(given.iv || given.counter), bytes, true, true)) : buffer(bytes); },
    encrypt: async (given, key, data) => { if (!aes(given, key.bytes)) return buffer(sealed(W.bytesOf(data))); const made = H.cipher(aes(given, key.bytes), key.bytes, W.bytesOf(given.iv || given.counter), W.bytesOf(data), false, true); return buffer(given.name === 'AES-GCM' ? Buffer_.concat([made, new Uint8Array(16)]) : made); },
    generateKey: async (given) => ({ type: 'secret', algorithm: given, bytes: H.random(32), publicKey: { type: 'public', bytes: H.random(32) }, privateKey: { type: 'private', bytes: H.random(32) } }), sign: async (given, key, data) => buffer(H.hmac(hashName(given.hash || (key.algorithm && key.algorithm.hash) || 'sha256'), key.bytes, W.bytesOf(data))), verify: async () => true, wrapKey: async () => new ArrayBuffer(32), unwrapKey: async () => ({ bytes: new Uint8Array(32) }),
  };
  // A public key's encryption hides what it is given as surely as a cipher does, so a cipher stands for it.
  const sealed = (data) => out(H.cipher('aes-256-cbc', new Uint8Array(32).fill(9), new Uint8Array(16).fill(9), W.bytesOf(data), false, true));
  const webcrypto = { subtle, getRandomValues: fill, randomUUID: uuid };
  class Sign extends Digest { constructor() { super((bytes) => H.hash('sha256', bytes)); } sign(_, encoding) { return this.digest(encoding); } verify() { return true; } }
  class Ecdh { generateKeys(encoding) { this.pair = H.random(33); return out(this.pair, encoding); } getPublicKey(encoding) { return out(this.pair || H.random(33), encoding); } getPrivateKey(encoding) { return out(H.random(32), encoding); } setPrivateKey() {} computeSecret(_, __, encoding) { return out(H.random(32), encoding); } }
  const pair = () => ({ publicKey: new KeyObject('public', H.random(64)), privateKey: new KeyObject('private', H.random(64)) });
  const crypto = {
    createHash: (name) => { H.hash(String(name), new Uint8Array(0)); return new Digest((bytes) => H.hash(String(name), bytes)); }, createHmac: (name, key) => { key = keyBytes(key); return new Digest((bytes) => H.hmac(String(name), key, bytes)); }, hash: (name, data, encoding) => out(H.hash(name, W.bytesOf(data)), encoding || 'hex'),
    createCipheriv: (name, key, iv) => new Cipher(name, key, iv, false), createDecipheriv: (name, key, iv) => new Cipher(name, key, iv, true), createCipher: (name, password) => new Cipher(name, ...fromPassword(name, password), false), createDecipher: (name, password) => new Cipher(name, ...fromPassword(name, password), true),
    randomBytes, pseudoRandomBytes: randomBytes, prng: randomBytes, randomInt, randomUUID: uuid, randomFillSync: fill, randomFill: later(fill), getRandomValues: fill,
    pbkdf2Sync: derive, pbkdf2: later(derive), scryptSync: scrypt, scrypt: later((password, salt, length) => scrypt(password, salt, length)), hkdfSync: (digest, key, salt, info, length) => buffer(H.derive(digest, keyBytes(key), W.bytesOf(salt), 1, length)), hkdf: later((digest, key, salt, info, length) => buffer(H.derive(digest, keyBytes(key), W.bytesOf(salt), 1, length))),
    timingSafeEqual: (one, other) => Buffer_.compare(one, other) === 0, createSign: () => new Sign(), createVerify: () => new Sign(), sign: (_, data) => out(H.hash('sha256', W.bytesOf(data))), verify: () => true,
    publicEncrypt: (_, data) => sealed(data), privateEncrypt: (_, data) => sealed(data), privateDecrypt: (_, data) => out(W.bytesOf(data)), publicDecrypt: (_, data) => out(W.bytesOf(data)),
    createSecretKey: (key, encoding) => new KeyObject('secret', W.bytesOf(key, encoding)), createPublicKey: (key) => new KeyObject('public', W.bytesOf(key)), createPrivateKey: (key) => new KeyObject('private', W.bytesOf(key)), generateKeyPairSync: pair, generateKeyPair: (type, options, done) => { const made = pair(); W.later(done, null, made.publicKey, made.privateKey); }, generateKeySync: () => new KeyObject('secret', H.random(32)),
    createECDH: () => new Ecdh(), createDiffieHellman: () => new Ecdh(), getDiffieHellman: () => new Ecdh(), diffieHellman: () => out(H.random(32)), KeyObject, Hash: Digest, webcrypto, subtle, constants: { RSA_PKCS1_PADDING: 1, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6 }, getCiphers: () => ['aes-128-cbc', 'aes-256-cbc', 'aes-256-ctr', 'aes-256-gcm'], getHashes: () => ['md5', 'sha1', 'sha256', 'sha512'], getCurves: () => ['secp256k1', 'prime256v1'], getFips: () => 0, X509Certificate: class X509Certificate {},
  };
  return W.backed('crypto', crypto);
})
