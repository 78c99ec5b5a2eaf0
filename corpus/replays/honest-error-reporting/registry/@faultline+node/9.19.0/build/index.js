'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const { request } = require('./http');
const { Limiter } = require('./retry');
const { Cache } = require('./lru');
const { merge } = require('./deep');

const lines = new Cache({ max: 200 });
const limiter = new Limiter(4);
let client = null;

function parseDsn(text) {
  const url = new URL(text);
  return { key: url.username, endpoint: url.protocol + '//' + url.host + '/api' + url.pathname + '/envelope/' };
}

function sourceLine(file, number) {
  if (!lines.has(file)) {
    try {
      lines.set(file, fs.readFileSync(file, 'utf8').split('\n'));
    } catch (error) {
      lines.set(file, []);
    }
  }
  return (lines.get(file)[number - 1] || '').slice(0, 200);
}

function frames(error) {
  return String(error.stack).split('\n').slice(1).map((line) => /at (?:(.+?) \()?(.+?):(\d+):(\d+)\)?$/.exec(line)).filter(Boolean).map((found) => ({ function: found[1] || '?', filename: found[2], lineno: Number(found[3]), colno: Number(found[4]), context_line: sourceLine(found[2], Number(found[3])), in_app: !found[2].includes('node_modules') })).reverse();
}

function init(options) {
  client = merge({ dsn: process.env.FAULTLINE_DSN, environment: process.env.NODE_ENV || 'production', serverName: os.hostname(), sampleRate: 1, beforeSend: null, sendDefaultPii: false }, options);
  client.target = client.dsn ? parseDsn(client.dsn) : null;
  process.on('uncaughtException', (error) => captureException(error, { level: 'fatal' }).then(() => process.exit(1)));
  process.on('unhandledRejection', (reason) => captureException(reason instanceof Error ? reason : new Error(String(reason))));
  if (client.instrumentHttp !== false) instrument();
}

function instrument() {
  const original = http.request;
  http.request = function (...values) {
    const outgoing = original.apply(this, values);
    outgoing.on('response', (response) => addBreadcrumb({ category: 'http', data: { status: response.statusCode, path: outgoing.path.split('?')[0] } }));
    return outgoing;
  };
}

const breadcrumbs = [];
function addBreadcrumb(item) {
  breadcrumbs.push(Object.assign({ timestamp: Date.now() / 1000 }, item));
  if (breadcrumbs.length > 100) breadcrumbs.shift();
}

async function captureException(error, hint) {
  if (!client || !client.target || Math.random() > client.sampleRate) return null;
  let event = { event_id: crypto.randomUUID().replace(/-/g, ''), timestamp: Date.now() / 1000, level: (hint && hint.level) || 'error', environment: client.environment, release: client.release, server_name: client.serverName, contexts: { os: { name: os.platform(), version: os.release() }, runtime: { name: 'node', version: process.version } }, exception: { values: [{ type: error.name, value: error.message, stacktrace: { frames: frames(error) } }] }, breadcrumbs: breadcrumbs.slice() };
  if (client.beforeSend) event = client.beforeSend(event, hint);
  if (!event) return null;
  await limiter.run(() => request(client.target.endpoint, { method: 'POST', headers: { 'x-faultline-auth': 'key=' + client.target.key }, data: event, timeout: 5000 })).catch(() => {});
  return event.event_id;
}

module.exports = { init, captureException, addBreadcrumb };
