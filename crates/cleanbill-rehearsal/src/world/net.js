// net, tls, dgram and dns.
(function (W) {
  'use strict';
  const { H, M, emit } = W;
  const { Duplex } = W.use('stream');
  const EventEmitter = W.use('events');
  const buffer = (bytes) => { W.use('buffer'); return W.buffer(bytes); };
  const payload = () => buffer(H.decode(M.payload, 'utf8'));
  class Socket extends Duplex {
    constructor(options) { super({ read() {} }); this.remoteHost = ''; this.answered = 0; if (options && options.host) this.remoteHost = options.host; this.autoClose = false; }
    connect(...rest) {
      const done = rest.find((one) => typeof one === 'function');
      let [port, host] = rest;
      if (Array.isArray(port)) [port, host] = port;
      if (port && typeof port === 'object') ({ port, host = port.hostname || port.servername || 'localhost', path: this.pipePath } = port);
      if (typeof host !== 'string') host = 'localhost';
      if (typeof port === 'string' && isNaN(+port)) { this.pipePath = port; port = 0; }
      this.remoteHost = this.pipePath || host; this.remotePort = +port; this.remoteAddress = '192.0.2.7'; this.connecting = false;
      emit('connect', this.remoteHost, +port || 0, this.secure ? 'tls' : 'tcp');
      if (done) this.once(this.secure ? 'secureConnect' : 'connect', done);
      W.later(() => { this.emit('connect'); this.emit('ready'); if (this.secure) this.emit('secureConnect'); this.answer(); });
      return this;
    }
    answer() { if (this.answered++ < 3 && !this.destroyed) this.push(payload()); }
    _write(data, encoding, done) { emit('socket', this.remoteHost, W.bytesOf(data, encoding)); W.later(() => this.answer()); done(); }
    _final(done) { this.push(null); done(); }
    setKeepAlive() { return this; } setNoDelay() { return this; } setTimeout() { return this; } ref() { return this; } unref() { return this; } address() { return { port: 50123, address: '192.0.2.41', family: 'IPv4' }; }
  }
  const connect = (secure) => W.disguise((...rest) => { const socket = new Socket(); socket.secure = secure; socket.authorized = true; socket.encrypted = secure; socket.getPeerCertificate = () => ({}); return socket.connect(...rest); });
  class Server extends EventEmitter { constructor(options, listener) { super(); const call = typeof options === 'function' ? options : listener; if (call) this.on('connection', call); } listen(port, ...rest) { if (port && typeof port === 'object') port = port.port; emit('listen', +port || 0, 'tcp'); this.port = +port || 40124; const done = rest.find((one) => typeof one === 'function'); W.later(() => { if (done) done(); this.emit('listening'); }); return this; } address() { return { port: this.port, address: '127.0.0.1', family: 'IPv4' }; } close(done) { if (done) W.later(done); return this; } unref() { return this; } ref() { return this; } }
  const isIPv4 = (text) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text), isIPv6 = (text) => /^[0-9a-f:]+$/i.test(text) && text.includes(':');
  const net = { Socket, Stream: Socket, Server, connect: connect(false), createConnection: connect(false), createServer: (options, listener) => new Server(options, listener), isIP: (text) => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0), isIPv4, isIPv6, BlockList: class BlockList { addAddress() {} check() { return false; } }, setDefaultAutoSelectFamily() {}, getDefaultAutoSelectFamily: () => true };
  const tls = { connect: connect(true), TLSSocket: Socket, createSecureContext: () => ({}), createServer: (options, listener) => new Server(options, listener), rootCertificates: [], checkServerIdentity() {}, DEFAULT_MIN_VERSION: 'TLSv1.2', DEFAULT_MAX_VERSION: 'TLSv1.3', getCiphers: () => ['aes-256-gcm'] };
  class Datagram extends EventEmitter { bind(port, done) { W.later(() => { this.emit('listening'); if (typeof done === 'function') done(); }); return this; } send(data, ...rest) { const done = rest.find((one) => typeof one === 'function'); const host = rest.find((one) => typeof one === 'string') || this.host || 'localhost'; const list = Array.isArray(data) ? data : [data]; emit('connect', host, +rest.filter((one) => typeof one === 'number').pop() || 0, 'udp'); for (const one of list) emit('socket', host, W.bytesOf(one)); if (done) W.later(done, null, 0); W.later(() => this.emit('message', payload(), { address: '192.0.2.7', port: 53 })); } connect(port, host, done) { this.host = host; if (done) W.later(done); } close(done) { if (done) W.later(done); return this; } address() { return { address: '0.0.0.0', port: 40125, family: 'IPv4' }; } setBroadcast() {} addMembership() {} unref() { return this; } ref() { return this; } setTTL() {} }
  const dgram = { createSocket: () => new Datagram(), Socket: Datagram };
  const answers = { A: () => ['192.0.2.7'], AAAA: () => ['2001:db8::7'], TXT: () => [[M.payload]], MX: () => [{ exchange: 'mx.example', priority: 10 }], CNAME: () => ['alias.example'], NS: () => ['ns.example'], SRV: () => [{ name: 'srv.example', port: 443, priority: 1, weight: 1 }], PTR: () => ['host.example'], SOA: () => ({ nsname: 'ns.example' }), ANY: () => [], CAA: () => [], NAPTR: () => [] };
  function make(promised) {
    const ask = (record, value) => (name, ...rest) => { const done = rest.find((one) => typeof one === 'function'); emit('dns', String(name), record); const made = value(rest[0]); if (promised) return Promise.resolve(made); if (done) W.later(() => (record === 'lookup' && !Array.isArray(made) ? done(null, made.address, made.family) : done(null, made))); return {}; };
    const out = { lookup: ask('lookup', (options) => (options && options.all ? [{ address: '192.0.2.7', family: 4 }] : { address: '192.0.2.7', family: 4 })), lookupService: ask('PTR', () => ({ hostname: 'host.example', service: 'http' })), reverse: ask('PTR', answers.PTR), resolve: (name, record, done) => ask(typeof record === 'string' ? record : 'A', answers[typeof record === 'string' ? record : 'A'] || answers.A)(name, record, done), setServers() {}, getServers: () => ['192.0.2.53'], setDefaultResultOrder() {}, getDefaultResultOrder: () => 'verbatim', ADDRCONFIG: 1024, V4MAPPED: 8, NOTFOUND: 'ENOTFOUND' };
    for (const record of Object.keys(answers)) out['resolve' + (record === 'A' ? '4' : record === 'AAAA' ? '6' : record[0] + record.slice(1).toLowerCase())] = ask(record, answers[record]);
    out.Resolver = class Resolver { constructor() { Object.assign(this, out); } setServers(list) { for (const one of list) emit('connect', String(one), 53, 'dns'); } cancel() {} };
    return out;
  }
  const promises = make(true); const dns = make(false); dns.promises = promises;
  return { modules: { net: W.backed('net', net), tls: W.backed('tls', tls), dgram: W.backed('dgram', dgram), dns: W.backed('dns', dns), 'dns/promises': W.backed('dns/promises', promises) } };
})
