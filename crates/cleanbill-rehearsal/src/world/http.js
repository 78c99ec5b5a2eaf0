// http, https and http2: every request is taken down and answered by the scripted network.
(function (W) {
  'use strict';
  const { H } = W;
  const { Readable, Writable } = W.use('stream');
  const EventEmitter = W.use('events');
  class IncomingMessage extends Readable {
    constructor(status, kind) { super({ read() {} }); this.statusCode = status; this.statusMessage = 'OK'; this.httpVersion = '1.1'; this.headers = { 'content-type': kind, date: new Date(H.advance(0)).toUTCString(), server: 'nginx' }; this.rawHeaders = []; this.socket = this.connection = new EventEmitter(); this.complete = true; this.req = null; }
    setTimeout() { return this; }
  }
  const bodies = new WeakMap();
  class ClientRequest extends Writable {
    constructor(protocol, target, options, done) {
      super();
      if (typeof options === 'function') { done = options; options = undefined; }
      let given = {};
      if (typeof target === 'string' || (target && typeof target.href === 'string' && !target.headers)) { const url = new (W.use('url').URL)(String(target.href || target)); given = { protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search, auth: url.username ? url.username + ':' + url.password : undefined }; } else given = { ...target };
      Object.assign(given, options || {});
      const scheme = given.protocol || protocol;
      const host = given.hostname || String(given.host || 'localhost').replace(/:\d+$/, '');
      const port = given.port && !(String(given.port) === '443' && scheme === 'https:') && !(String(given.port) === '80' && scheme === 'http:') ? ':' + given.port : '';
      this.method = String(given.method || 'GET').toUpperCase(); this.path = given.path || '/'; this.host = host; this.protocol = scheme;
      this.url = scheme + '//' + host + port + (String(this.path).startsWith('/') ? '' : '/') + this.path;
      this.given = new Map(); for (const name of Object.keys(given.headers || {})) this.given.set(name.toLowerCase(), given.headers[name]);
      if (given.auth) this.given.set('authorization', 'Basic ' + H.encode(H.decode(given.auth, 'utf8'), 'base64'));
      if (given.rejectUnauthorized === false) W.emit('gate', 'tls check switched off');
      this.socket = this.connection = new EventEmitter(); this.socket.setKeepAlive = this.socket.setNoDelay = this.socket.setTimeout = () => this.socket; this.socket.remoteAddress = '192.0.2.7';
      bodies.set(this, []);
      this.sent = false; this.aborted = false; this.reusedSocket = false;
      if (done) this.once('response', done);
    }
    _write(data, encoding, done) { bodies.get(this).push(W.bytesOf(data, encoding)); done(); }
    _final(done) { this.send(); done(); }
    send() {
      if (this.sent) return; this.sent = true;
      const headers = Array.from(this.given, ([name, value]) => name + ': ' + value).join('\n');
      const [status, kind, bytes] = H.request(this.method, this.url, headers, W.use('buffer').Buffer.concat(bodies.get(this)));
      W.later(() => {
        if (this.aborted) return;
        this.emit('socket', this.socket);
        const response = new IncomingMessage(status, kind);
        response.req = this; response.url = this.url; response.responseUrl = this.url; response.headers['content-length'] = String(bytes.length);
        this.res = response;
        if (this.listenerCount('response')) this.emit('response', response); else response.resume();
        if (bytes.length) response.push(W.buffer(bytes));
        response.push(null);
      });
    }
    setHeader(name, value) { this.given.set(String(name).toLowerCase(), value); return this; } getHeader(name) { return this.given.get(String(name).toLowerCase()); } removeHeader(name) { this.given.delete(String(name).toLowerCase()); } hasHeader(name) { return this.given.has(String(name).toLowerCase()); } getHeaders() { return Object.fromEntries(this.given); } getHeaderNames() { return Array.from(this.given.keys()); }
    setTimeout() { return this; } setNoDelay() {} setSocketKeepAlive() {} flushHeaders() {} abort() { this.aborted = true; this.destroy(); }
  }
  class Agent extends EventEmitter { constructor(options) { super(); this.options = options || {}; this.maxSockets = Infinity; this.sockets = {}; this.requests = {}; this.freeSockets = {}; if (options && options.rejectUnauthorized === false) W.emit('gate', 'tls check switched off'); } destroy() {} createConnection() { return W.use('net').connect(443, 'localhost'); } addRequest(request) { request.send(); } }
  class Server extends EventEmitter { constructor(listener) { super(); if (typeof listener === 'function') this.on('request', listener); this.listening = false; } listen(port, ...rest) { if (port && typeof port === 'object') port = port.port; W.emit('listen', +port || 0, 'http'); this.listening = true; this.port = +port || 40123; const done = rest.find((one) => typeof one === 'function'); W.later(() => { if (done) done(); this.emit('listening'); }); return this; } address() { return { port: this.port, address: '127.0.0.1', family: 'IPv4' }; } close(done) { if (done) W.later(done); return this; } unref() { return this; } ref() { return this; } setTimeout() { return this; } closeAllConnections() {} }
  const methods = ['ACL', 'BIND', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK', 'MERGE', 'MKCOL', 'MOVE', 'NOTIFY', 'OPTIONS', 'PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PURGE', 'PUT', 'REPORT', 'SEARCH', 'SUBSCRIBE', 'TRACE', 'UNLOCK', 'UNSUBSCRIBE'];
  const codes = { 200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable' };
  function make(name, protocol) {
    const request = W.disguise((target, options, done) => new ClientRequest(protocol, target, options, done));
    const get = W.disguise((target, options, done) => { const made = request(target, options, done); made.end(); return made; });
    return W.backed(name, { request, get, Agent, globalAgent: new Agent(), Server, createServer: (options, listener) => new Server(listener || options), ClientRequest, IncomingMessage, ServerResponse: class ServerResponse extends Writable {}, OutgoingMessage: Writable, METHODS: methods, STATUS_CODES: codes, maxHeaderSize: 16384, validateHeaderName() {}, validateHeaderValue() {}, setMaxIdleHTTPParsers() {} });
  }
  function connect(authority) {
    const session = new EventEmitter();
    session.request = (headers) => { const made = new ClientRequest('https:', String(authority).replace(/\/$/, '') + (headers[':path'] || '/'), { method: headers[':method'] || 'GET', headers }); made.once('response', (response) => { made.emit('response-headers', response.headers); response.on('data', (data) => made.emit('data', data)); response.on('end', () => made.emit('end')); }); made.setEncoding = () => made; W.later(() => { if (!made.writableEnded && made.method === 'GET') made.end(); }); return made; };
    session.close = session.destroy = session.unref = session.ref = session.setTimeout = () => {};
    W.later(() => session.emit('connect'));
    return session;
  }
  return { modules: { http: make('http', 'http:'), https: make('https', 'https:'), http2: W.backed('http2', { connect, constants: { HTTP2_HEADER_PATH: ':path', HTTP2_HEADER_METHOD: ':method', HTTP2_HEADER_STATUS: ':status' }, createServer: () => new Server(), createSecureServer: () => new Server() }) } };
})
