'use strict';
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { parse } = require('./args');
const { render } = require('./table');
const home = process.env.KEEPUP_HOME || path.join(os.homedir(), '.keepup');
const socket = path.join(home, 'rpc.sock');
const call = (command, options) => new Promise((resolve, reject) => {
  const link = net.connect(socket, () => link.write(JSON.stringify({ command, options })));
  let text = '';
  link.on('data', (part) => (text += part));
  link.on('end', () => resolve(JSON.parse(text)));
  link.on('error', reject);
});
function wake() {
  fs.mkdirSync(path.join(home, 'logs'), { recursive: true });
  spawn(process.execPath, [path.join(__dirname, 'daemon.js'), socket], { detached: true, stdio: 'ignore' }).unref();
  return new Promise((resolve) => setTimeout(resolve, 300));
}
exports.main = async (argv) => {
  const options = parse(argv, { alias: { n: 'name' } });
  const [command, script, ...args] = options._.map(String);
  if (command === 'startup') return require('./startup').install();
  const send = (options_) => call(command, options_).catch(async () => { await wake(); return call(command, options_); });
  if (command === 'start') return console.log(await send({ name: options.name || path.basename(script), command: process.execPath, args: [script].concat(args), cwd: process.cwd(), logs: path.join(home, 'logs'), env: {} }));
  if (command === 'list') return console.log(render((await send({})).map((app) => [app.name, String(app.pid), String(app.restarts)])));
  return console.log(await send({ name: script }));
};
