'use strict';

const http = require('http');
const https = require('https');
const zlib = require('zlib');
const { URL } = require('url');

class ResponseError extends Error {
  constructor(response) {
    super('request failed with status ' + response.status);
    this.name = 'ResponseError';
    this.response = response;
  }
}

function normaliseHeaders(headers) {
  const out = {};
  for (const name of Object.keys(headers || {})) {
    if (headers[name] !== undefined && headers[name] !== null) out[name.toLowerCase()] = String(headers[name]);
  }
  return out;
}

function encodeBody(body, headers) {
  if (body === undefined || body === null) return null;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (!headers['content-type']) headers['content-type'] = 'application/json';
  return Buffer.from(JSON.stringify(body));
}

function decodeBody(buffer, headers) {
  const encoding = headers['content-encoding'];
  let bytes = buffer;
  if (encoding === 'gzip') bytes = zlib.gunzipSync(buffer);
  else if (encoding === 'deflate') bytes = zlib.inflateSync(buffer);
  else if (encoding === 'br') bytes = zlib.brotliDecompressSync(buffer);
  const text = bytes.toString('utf8');
  if (/\bjson\b/.test(headers['content-type'] || '')) return JSON.parse(text);
  return text;
}

function request(address, options) {
  const settings = Object.assign({ method: 'GET', headers: {}, timeout: 0, redirects: 5 }, options);
  const url = new URL(address, settings.baseURL);
  for (const key of Object.keys(settings.params || {})) url.searchParams.append(key, settings.params[key]);
  const headers = normaliseHeaders(settings.headers);
  const body = encodeBody(settings.data, headers);
  if (body) headers['content-length'] = String(body.length);
  const library = url.protocol === 'https:' ? https : http;

  return new Promise((resolve, reject) => {
    const outgoing = library.request(url, { method: settings.method, headers, agent: settings.agent }, (incoming) => {
      const location = incoming.headers.location;
      if (location && incoming.statusCode >= 300 && incoming.statusCode < 400 && settings.redirects > 0) {
        incoming.resume();
        resolve(request(new URL(location, url).href, Object.assign({}, settings, { redirects: settings.redirects - 1, params: {} })));
        return;
      }
      const parts = [];
      incoming.on('data', (part) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        try {
          const response = { status: incoming.statusCode, headers: incoming.headers, data: decodeBody(Buffer.concat(parts), incoming.headers) };
          const valid = settings.validateStatus || ((status) => status >= 200 && status < 300);
          if (valid(response.status)) resolve(response);
          else reject(new ResponseError(response));
        } catch (error) {
          reject(error);
        }
      });
    });
    if (settings.timeout) outgoing.setTimeout(settings.timeout, () => outgoing.destroy(new Error('timeout of ' + settings.timeout + 'ms exceeded')));
    outgoing.on('error', reject);
    outgoing.end(body || undefined);
  });
}

module.exports = { request, ResponseError, normaliseHeaders };
