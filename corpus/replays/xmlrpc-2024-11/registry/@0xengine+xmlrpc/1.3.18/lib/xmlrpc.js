'use strict';
const { request } = require('./http');
const { methodCall, methodResponse, fault } = require('./serializer');
require('./validator');
exports.createClient = (options) => ({
  methodCall(name, params) {
    return request(options.url, { method: 'POST', headers: { 'content-type': 'text/xml' }, data: methodCall(name, params) });
  },
});
exports.serializer = { methodCall, methodResponse, fault };
