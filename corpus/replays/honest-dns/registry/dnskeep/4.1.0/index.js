'use strict';
const dns = require('dns');
const os = require('os');
const { Cache } = require('./lib/lru');
class Lookup {
  constructor(options) {
    this.options = Object.assign({ maxTtl: 300, servers: null, search: null }, options);
    this.resolver = new dns.promises.Resolver();
    if (this.options.servers) this.resolver.setServers(this.options.servers);
    this.cache = new Cache({ max: 1000 });
    this.lookup = this.lookup.bind(this);
  }
  async query(name, family) {
    const key = family + ':' + name;
    const known = this.cache.get(key);
    if (known) return known;
    const records = await (family === 6 ? this.resolver.resolve6(name, { ttl: true }) : this.resolver.resolve4(name, { ttl: true }));
    const ttl = Math.min(this.options.maxTtl, ...records.map((record) => record.ttl));
    this.cache.set(key, records, ttl * 1000);
    return records;
  }
  lookup(name, options, done) {
    const settings = typeof options === 'number' ? { family: options } : options;
    this.query(name, settings.family === 6 ? 6 : 4).then((records) => {
      if (settings.all) done(null, records.map((record) => ({ address: record.address, family: settings.family || 4 })));
      else done(null, records[Math.floor(Math.random() * records.length)].address, settings.family || 4);
    }, done);
  }
  install(agent) {
    const original = agent.createConnection;
    agent.createConnection = (options, done) => original.call(agent, Object.assign({}, options, { lookup: this.lookup }), done);
    return agent;
  }
  async services(name) {
    const domain = this.options.search || os.hostname().split('.').slice(1).join('.');
    const records = await this.resolver.resolveSrv('_' + name + '._tcp.' + domain);
    return records.sort((a, b) => a.priority - b.priority || b.weight - a.weight).map((record) => ({ host: record.name, port: record.port }));
  }
  async text(name) {
    return (await this.resolver.resolveTxt(name)).map((parts) => parts.join(''));
  }
}
module.exports = { Lookup };
