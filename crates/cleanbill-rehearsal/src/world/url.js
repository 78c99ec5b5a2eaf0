// url, querystring and punycode.
(function (W) {
  'use strict';
  const { H } = W;
  const plus = (text) => { try { return decodeURIComponent(text.replace(/\+/g, ' ')); } catch { return text; } };
  class URLSearchParams {
    constructor(given) { this.list = []; if (typeof given === 'string') { for (const part of given.replace(/^\?/, '').split('&')) if (part) { const at = part.indexOf('='); this.list.push(at < 0 ? [plus(part), ''] : [plus(part.slice(0, at)), plus(part.slice(at + 1))]); } } else if (given && typeof given[Symbol.iterator] === 'function') { for (const [name, value] of given) this.list.push([String(name), String(value)]); } else if (given && typeof given === 'object') for (const name of Object.keys(given)) this.list.push([name, String(given[name])]); Object.defineProperty(this, 'list', { enumerable: false }); }
    get(name) { const found = this.list.find((one) => one[0] === name); return found ? found[1] : null; } getAll(name) { return this.list.filter((one) => one[0] === name).map((one) => one[1]); } has(name) { return this.list.some((one) => one[0] === name); }
    set(name, value) { const found = this.list.find((one) => one[0] === name); if (found) found[1] = String(value); else this.list.push([String(name), String(value)]); this.tell(); } append(name, value) { this.list.push([String(name), String(value)]); this.tell(); } delete(name) { const kept = this.list.filter((one) => one[0] !== name); this.list.length = 0; this.list.push(...kept); this.tell(); } sort() { this.list.sort((one, other) => (one[0] < other[0] ? -1 : 1)); }
    tell() { if (this.owner) this.owner.search_ = this.list.length ? '?' + this : ''; } get size() { return this.list.length; }
    forEach(call) { for (const [name, value] of this.list) call(value, name, this); } keys() { return this.list.map((one) => one[0])[Symbol.iterator](); } values() { return this.list.map((one) => one[1])[Symbol.iterator](); } entries() { return this.list[Symbol.iterator](); } [Symbol.iterator]() { return this.list[Symbol.iterator](); }
    toString() { const encode = (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, (letter) => '%' + letter.charCodeAt(0).toString(16).toUpperCase()); return this.list.map(([name, value]) => encode(name) + '=' + encode(value)).join('&'); }
  }
  const ports = { __proto__: null, 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21' };
  class URL {
    constructor(text, base) {
      text = String(text).trim();
      let found = /^([a-zA-Z][a-zA-Z0-9+.-]*:)(.*)$/s.exec(text);
      if (!found || (/^[a-zA-Z]:$/.test(found[1]) && base)) {
        if (base === undefined) { const error = new TypeError('Invalid URL'); error.code = 'ERR_INVALID_URL'; error.input = text; throw error; }
        const on = new URL(base);
        if (text.startsWith('//')) text = on.protocol + text;
        else if (text.startsWith('/')) text = on.protocol + '//' + on.authority + text;
        else if (text.startsWith('?')) text = on.protocol + '//' + on.authority + on.pathname + text;
        else if (text.startsWith('#')) text = on.protocol + '//' + on.authority + on.pathname + on.search + text;
        else text = on.protocol + '//' + on.authority + on.pathname.replace(/[^/]*$/, '') + text;
        found = /^([a-zA-Z][a-zA-Z0-9+.-]*:)(.*)$/s.exec(text);
      }
      this.protocol = found[1].toLowerCase();
      let rest = found[2];
      const hash = rest.indexOf('#'); this.hash = hash < 0 ? '' : rest.slice(hash); if (hash >= 0) rest = rest.slice(0, hash); if (this.hash === '#') this.hash = '';
      const query = rest.indexOf('?'); const search = query < 0 ? '' : rest.slice(query); if (query >= 0) rest = rest.slice(0, query);
      this.username = this.password = this.hostname = this.port = '';
      const special = this.protocol in ports || this.protocol === 'file:';
      if (rest.startsWith('//') || (special && (rest = '//' + rest.replace(/^[/\\]*/, this.protocol === 'file:' ? '/' : '')))) {
        const end = rest.slice(2).search(/[/\\]/); let authority = end < 0 ? rest.slice(2) : rest.slice(2, end + 2); rest = end < 0 ? '' : rest.slice(end + 2).replace(/\\/g, '/');
        const at = authority.lastIndexOf('@'); if (at >= 0) { const who = authority.slice(0, at).split(':'); this.username = who[0]; this.password = who.slice(1).join(':'); authority = authority.slice(at + 1); }
        const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority); if (!parts || (special && this.protocol !== 'file:' && parts[1] === '')) { const error = new TypeError('Invalid URL'); error.code = 'ERR_INVALID_URL'; error.input = text; throw error; }
        this.hostname = parts[1].toLowerCase(); this.port = parts[2] && parts[2] !== ports[this.protocol] ? parts[2] : '';
        const out = []; for (const part of rest.split('/').slice(1)) { if (part === '..') out.pop(); else if (part !== '.') out.push(part); } this.pathname = rest || special ? '/' + out.join('/') : ''; if (/\/\.\.?$/.test(rest) && !this.pathname.endsWith('/')) this.pathname += '/';
        this.pathname = this.pathname.replace(/[ "<>`{}]|[^\x00-\x7f]+/g, encodeURIComponent);
      } else this.pathname = rest;
      Object.defineProperty(this, 'search_', { value: search === '?' ? '' : search.replace(/[ "<>]|[^\x00-\x7f]+/g, encodeURIComponent), writable: true });
    }
    get search() { return this.search_; } set search(value) { this.search_ = value ? (String(value).startsWith('?') ? String(value) : '?' + value) : ''; Object.defineProperty(this, 'params', { value: undefined, writable: true, configurable: true }); }
    get searchParams() { if (!this.params) { const params = new URLSearchParams(this.search); Object.defineProperty(params, 'owner', { value: this }); Object.defineProperty(this, 'params', { value: params, writable: true, configurable: true }); } return this.params; }
    get host() { return this.hostname + (this.port ? ':' + this.port : ''); } set host(value) { [this.hostname, this.port = ''] = String(value).split(':'); }
    get authority() { return (this.username ? this.username + (this.password ? ':' + this.password : '') + '@' : '') + this.host; }
    get origin() { return this.protocol in ports ? this.protocol + '//' + this.host : 'null'; }
    get href() { return this.protocol + (this.hostname || this.protocol === 'file:' ? '//' + this.authority : '') + this.pathname + this.search + this.hash; } set href(value) { Object.assign(this, new URL(value)); }
    toString() { return this.href; } toJSON() { return this.href; }
    static canParse(text, base) { try { return !!new URL(text, base); } catch { return false; } } static parse(text, base) { try { return new URL(text, base); } catch { return null; } } static createObjectURL() { return 'blob:nodedata:1'; } static revokeObjectURL() {}
  }
  Object.defineProperty(URL.prototype, Symbol.toStringTag, { value: 'URL', configurable: true });
  const querystring = { parse: (text) => { const out = {}; for (const [name, value] of new URLSearchParams(String(text))) out[name] = name in out ? [].concat(out[name], value) : value; return out; }, stringify: (object, sep = '&', eq = '=') => Object.keys(object || {}).flatMap((key) => [].concat(object[key]).map((value) => encodeURIComponent(key) + eq + encodeURIComponent(value))).join(sep), escape: encodeURIComponent, unescape: decodeURIComponent };
  querystring.decode = querystring.parse; querystring.encode = querystring.stringify;
  function parse(text, query) { const out = { protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null, query: null, pathname: null, path: null, href: text }; let made; try { made = new URL(text); } catch { const at = String(text).indexOf('?'); out.pathname = at < 0 ? text : text.slice(0, at); out.search = at < 0 ? null : text.slice(at); out.query = out.search && out.search.slice(1); out.path = text; return out; } return Object.assign(out, { protocol: made.protocol, slashes: true, auth: made.username ? made.username + (made.password ? ':' + made.password : '') : null, host: made.host, port: made.port || null, hostname: made.hostname, hash: made.hash || null, search: made.search || null, query: query ? querystring.parse(made.search.slice(1)) : made.search.slice(1) || null, pathname: made.pathname, path: made.pathname + made.search, href: made.href }); }
  const format = (given) => { if (typeof given === 'string' || given instanceof URL) return String(given); const query = given.search || (given.query && Object.keys(given.query).length ? '?' + querystring.stringify(given.query) : ''); const protocol = given.protocol ? given.protocol.replace(/:?$/, ':') : ''; return protocol + (given.slashes || /^https?:/.test(protocol) ? '//' : '') + (given.auth ? given.auth + '@' : '') + (given.host || (given.hostname || '') + (given.port ? ':' + given.port : '')) + (given.pathname || '') + query + (given.hash || ''); };
  const fileURLToPath = (given) => { const url = typeof given === 'string' ? new URL(given) : given; if (url.protocol !== 'file:') throw new TypeError('The URL must be of scheme file'); const path = decodeURIComponent(url.pathname); return W.M.windows ? path.replace(/^\//, '').replace(/\//g, '\\') : path; };
  const pathToFileURL = (path) => new URL('file://' + (W.M.windows ? '/' + W.shown(H.absolute(path, '')).replace(/\\/g, '/') : H.absolute(path, '')));
  const same = (text) => text;
  return { modules: { url: { URL, URLSearchParams, Url: class Url {}, parse, format, resolve: (from, to) => { try { return new URL(to, from).href; } catch { return to; } }, fileURLToPath, pathToFileURL, domainToASCII: same, domainToUnicode: same, urlToHttpOptions: (url) => ({ protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search, href: url.href }) }, querystring, punycode: { encode: same, decode: same, toASCII: same, toUnicode: same, ucs2: { decode: (text) => Array.from(text, (one) => one.codePointAt(0)), encode: (codes) => String.fromCodePoint(...codes) }, version: '2.1.0' } } };
})
