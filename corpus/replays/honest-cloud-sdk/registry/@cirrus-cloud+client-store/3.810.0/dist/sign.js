'use strict';
const crypto = require('crypto');
const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const hash = (text) => crypto.createHash('sha256').update(text || '').digest('hex');
exports.sign = (call, credentials, region, date) => {
  const stamp = date.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const headers = Object.assign({}, call.headers, { host: call.host, 'x-amz-date': stamp, 'x-amz-content-sha256': hash(call.body) });
  if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;
  const names = Object.keys(headers).sort();
  const canonical = [call.method, call.path, call.query || '', ...names.map((name) => name + ':' + headers[name]), '', names.join(';'), hash(call.body)].join('\n');
  const scope = [day, region, 's3', 'aws4_request'].join('/');
  const key = [day, region, 's3', 'aws4_request'].reduce(hmac, 'AWS4' + credentials.secretAccessKey);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical)].join('\n')).toString('hex');
  headers.authorization = 'AWS4-HMAC-SHA256 Credential=' + credentials.accessKeyId + '/' + scope + ', SignedHeaders=' + names.join(';') + ', Signature=' + signature;
  return headers;
};
