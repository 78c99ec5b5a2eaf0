'use strict';
const { request } = require('./http');
const { retry } = require('./retry');
const { stringify } = require('./query');
const { defaultProvider } = require('./credentials');
const { sign } = require('./sign');

class StoreClient {
  constructor(config) {
    this.config = Object.assign({ region: process.env.AWS_REGION || 'eu-north-1', credentials: defaultProvider, maxAttempts: 3 }, config);
  }
  async send(command) {
    const host = command.bucket + '.store.' + this.config.region + '.cirrus.example';
    const credentials = await this.config.credentials();
    const query = stringify(command.query, { sort: true });
    const call = { method: command.method, host, path: '/' + (command.key || ''), query, body: command.body, headers: command.headers || {} };
    const headers = sign(call, credentials, this.config.region, new Date());
    return retry(() => request('https://' + host + call.path + (query ? '?' + query : ''), { method: call.method, headers, data: call.body }), { retries: this.config.maxAttempts - 1 });
  }
}
exports.StoreClient = StoreClient;
exports.putObject = (bucket, key, body) => ({ method: 'PUT', bucket, key, body });
exports.getObject = (bucket, key) => ({ method: 'GET', bucket, key });
exports.listObjects = (bucket, prefix) => ({ method: 'GET', bucket, query: { 'list-type': 2, prefix } });
exports.VERSION = '3.806.0';
