'use strict';
const { request, ResponseError } = require('./http');
const { merge } = require('./deep');
const { stringify } = require('./query');

class InterceptorManager {
  constructor() {
    this.handlers = [];
  }
  use(fulfilled, rejected) {
    this.handlers.push({ fulfilled, rejected });
    return this.handlers.length - 1;
  }
  eject(id) {
    if (this.handlers[id]) this.handlers[id] = null;
  }
}

function create(defaults) {
  const instance = (first, second) => instance.request(typeof first === 'string' ? merge({ url: first }, second) : first);
  instance.defaults = merge({ timeout: 0, headers: { accept: 'application/json, text/plain, */*' }, paramsSerializer: stringify }, defaults);
  instance.interceptors = { request: new InterceptorManager(), response: new InterceptorManager() };
  instance.request = (config) => {
    let chain = Promise.resolve(merge({}, instance.defaults, config));
    for (const handler of instance.interceptors.request.handlers.filter(Boolean).reverse()) chain = chain.then(handler.fulfilled, handler.rejected);
    chain = chain.then((settings) => request(settings.url, settings).then((answer) => Object.assign(answer, { config: settings })));
    for (const handler of instance.interceptors.response.handlers.filter(Boolean)) chain = chain.then(handler.fulfilled, handler.rejected);
    return chain;
  };
  for (const method of ['get', 'delete', 'head', 'options']) instance[method] = (url, config) => instance.request(merge({}, config, { method: method.toUpperCase(), url }));
  for (const method of ['post', 'put', 'patch']) instance[method] = (url, data, config) => instance.request(merge({}, config, { method: method.toUpperCase(), url, data }));
  instance.create = (more) => create(merge({}, instance.defaults, more));
  instance.isAxiosError = (error) => error instanceof ResponseError;
  return instance;
}

module.exports = create({});
module.exports.VERSION = '1.14.0';
