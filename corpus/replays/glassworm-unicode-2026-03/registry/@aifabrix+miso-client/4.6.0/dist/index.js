'use strict';
const { request } = require('./http');
const { retry } = require('./retry');
const { Cache } = require('./lru');
const roles = new Cache({ max: 500, ttl: 900000 });
class MisoClient {
  constructor(options) {
    this.options = Object.assign({ controllerUrl: 'https://controller.aifabrix.example', retries: 2 }, options);
  }
  call(method, place, data, token) {
    return retry(() => request(this.options.controllerUrl + place, { method, data, headers: { authorization: 'Bearer ' + (token || this.options.clientToken) } }), { retries: this.options.retries }).then((answer) => answer.data);
  }
  async getRoles(token) {
    if (!roles.has(token)) roles.set(token, (await this.call('GET', '/api/auth/roles', null, token)).roles);
    return roles.get(token);
  }
  async hasRole(token, role) {
    return (await this.getRoles(token)).includes(role);
  }
  log(level, message, context) {
    return this.call('POST', '/api/logs', { level, message, context, timestamp: new Date().toISOString() });
  }
}
module.exports = { MisoClient };
