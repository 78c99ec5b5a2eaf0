"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Wallet = void 0;
const crypto_1 = require("crypto");
const bytes_1 = require("../utils/bytes");
class Wallet {
    constructor(publicKey, privateKey, opts = {}) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
        this.classicAddress = opts.masterAddress || Wallet.addressOf(publicKey);
        this.seed = opts.seed;
    }
    static addressOf(publicKey) {
        const inner = (0, crypto_1.createHash)('sha256').update(Buffer.from(publicKey, 'hex')).digest();
        return 'r' + (0, bytes_1.encode58)((0, crypto_1.createHash)('ripemd160').update(inner).digest());
    }
    static generate() {
        return Wallet.fromEntropy((0, crypto_1.randomBytes)(16));
    }
    static fromEntropy(entropy, opts) {
        return Wallet.fromSeed('s' + (0, bytes_1.encode58)(entropy), opts);
    }
    static fromSeed(seed, opts = {}) {
        const secret = (0, crypto_1.createHash)('sha512').update((0, bytes_1.decode58)(seed.slice(1))).digest().subarray(0, 32);
        const pair = (0, crypto_1.createECDH)('secp256k1');
        pair.setPrivateKey(secret);
        return new Wallet(pair.getPublicKey('hex', 'compressed'), secret.toString('hex'), Object.assign({ seed }, opts));
    }
    sign(transaction) {
        const blob = Buffer.from(JSON.stringify(transaction)).toString('hex').toUpperCase();
        const hash = (0, crypto_1.createHash)('sha512').update(blob).digest('hex').slice(0, 64).toUpperCase();
        return { tx_blob: blob, hash };
    }
}
exports.Wallet = Wallet;
