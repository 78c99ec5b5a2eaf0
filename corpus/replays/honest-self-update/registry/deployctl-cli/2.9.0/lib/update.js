'use strict';
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { request } = require('./http');
const { compare } = require('./semver');

const FEED = 'https://releases.brightdeploy.example/cli/stable.json';
const PUBLIC_KEY = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n';

exports.check = async (current) => {
  const { data } = await request(FEED, { timeout: 3000 });
  return compare(data.version, current) > 0 ? data : null;
};

exports.install = async (release) => {
  const file = path.join(os.tmpdir(), 'deployctl-' + release.version);
  const { data } = await request('https://releases.brightdeploy.example/cli/' + release.version + '/' + process.platform + '-' + process.arch);
  const bytes = Buffer.from(data);
  if (!crypto.verify(null, bytes, PUBLIC_KEY, Buffer.from(release.signature, 'base64'))) throw new Error('the signature of the update is not valid');
  fs.writeFileSync(file, bytes, { mode: 0o755 });
  const child = spawn(file, ['self', 'install'], { stdio: 'inherit' });
  return new Promise((resolve, reject) => child.on('exit', (code) => (code ? reject(new Error('update failed')) : resolve())));
};
