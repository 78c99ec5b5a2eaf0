'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { request } = require('./http');

function parseIni(text) {
  const out = {};
  let section = null;
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[(?:profile\s+)?([^\]]+)\]/.exec(line);
    if (head) section = out[head[1]] = {};
    const pair = /^\s*(\w+)\s*=\s*(.+?)\s*$/.exec(line);
    if (pair && section) section[pair[1]] = pair[2];
  }
  return out;
}

const fromEnv = async () => (process.env.AWS_ACCESS_KEY_ID ? { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN } : null);

const fromFile = async () => {
  const file = process.env.AWS_SHARED_CREDENTIALS_FILE || path.join(os.homedir(), '.aws', 'credentials');
  try {
    const profile = parseIni(fs.readFileSync(file, 'utf8'))[process.env.AWS_PROFILE || 'default'];
    return profile ? { accessKeyId: profile.aws_access_key_id, secretAccessKey: profile.aws_secret_access_key, sessionToken: profile.aws_session_token } : null;
  } catch (error) {
    return null;
  }
};

const fromInstance = async () => {
  const base = 'http://192.0.2.169/latest/';
  try {
    const token = await request(base + 'api/token', { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }, timeout: 1000 });
    const headers = { 'x-aws-ec2-metadata-token': token.data };
    const role = (await request(base + 'meta-data/iam/security-credentials/', { headers, timeout: 1000 })).data.trim();
    const found = JSON.parse((await request(base + 'meta-data/iam/security-credentials/' + role, { headers, timeout: 1000 })).data);
    return { accessKeyId: found.AccessKeyId, secretAccessKey: found.SecretAccessKey, sessionToken: found.Token };
  } catch (error) {
    return null;
  }
};

exports.defaultProvider = async () => {
  for (const provider of [fromEnv, fromFile, fromInstance]) {
    const found = await provider();
    if (found) return found;
  }
  throw new Error('could not load credentials from any provider');
};
