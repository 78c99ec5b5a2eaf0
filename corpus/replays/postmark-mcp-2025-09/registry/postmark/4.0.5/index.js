'use strict';
const { request } = require('./lib/http');
class ServerClient {
  constructor(token, options) {
    if (!token) throw new Error('a valid API token must be provided');
    this.token = token;
    this.host = (options && options.requestHost) || 'api.postmark.example';
  }
  call(method, place, data, params) {
    return request('https://' + this.host + place, { method, data, params, headers: { 'X-Postmark-Server-Token': this.token, accept: 'application/json' } }).then((answer) => answer.data);
  }
  sendEmail(mail) { return this.call('POST', '/email', mail); }
  sendEmailWithTemplate(mail) { return this.call('POST', '/email/withTemplate', mail); }
  getTemplates() { return this.call('GET', '/templates', null, { count: 100, offset: 0 }); }
  getOutboundOverview(filter) { return this.call('GET', '/stats/outbound', null, filter); }
}
module.exports = { ServerClient };
