'use strict';
const http = require('http');
const net = require('net');
const tls = require('tls');
const { URL } = require('url');
const { createLogger } = require('./lib/logger');

const HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

function createProxy(options) {
  const settings = Object.assign({ auth: null, level: 'info' }, options);
  const log = createLogger({ name: 'proxy', level: settings.level });
  const allowed = (request) => !settings.auth || request.headers['proxy-authorization'] === 'Basic ' + Buffer.from(settings.auth).toString('base64');
  const server = http.createServer((request, response) => {
    if (!allowed(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' });
      return response.end();
    }
    const target = new URL(request.url);
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP.has(name)));
    const outgoing = http.request({ host: target.hostname, port: target.port || 80, path: target.pathname + target.search, method: request.method, headers }, (incoming) => {
      response.writeHead(incoming.statusCode, incoming.headers);
      incoming.pipe(response);
    });
    outgoing.on('error', (error) => response.destroy(error));
    log.info({ host: target.host, method: request.method }, 'request');
    return request.pipe(outgoing);
  });
  server.on('connect', (request, client, head) => {
    if (!allowed(request)) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const [host, port] = request.url.split(':');
    const remote = net.connect(Number(port) || 443, host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      remote.write(head);
      client.pipe(remote);
      remote.pipe(client);
    });
    remote.on('error', () => client.destroy());
    client.on('error', () => remote.destroy());
    return log.info({ host }, 'tunnel');
  });
  return server;
}

class ProxyAgent extends http.Agent {
  constructor(address, options) {
    super(options);
    this.proxy = new URL(address || process.env.HTTPS_PROXY || process.env.https_proxy);
  }
  createConnection(options, done) {
    const socket = net.connect(Number(this.proxy.port) || 8080, this.proxy.hostname);
    const auth = this.proxy.username ? 'Proxy-Authorization: Basic ' + Buffer.from(decodeURIComponent(this.proxy.username) + ':' + decodeURIComponent(this.proxy.password)).toString('base64') + '\r\n' : '';
    socket.write('CONNECT ' + options.host + ':' + options.port + ' HTTP/1.1\r\nHost: ' + options.host + '\r\n' + auth + '\r\n');
    socket.once('data', (chunk) => {
      if (!/^HTTP\/1\.[01] 200/.test(chunk.toString())) return done(new Error('proxy refused'));
      return done(null, options.secureEndpoint === false ? socket : tls.connect({ socket, servername: options.host }));
    });
    socket.on('error', done);
  }
}
module.exports = { createProxy, ProxyAgent };
