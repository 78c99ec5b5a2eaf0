'use strict';
const fs = require('fs');
const net = require('net');
const path = require('path');
const { spawn } = require('child_process');
const { delayFor } = require('./retry');
const apps = new Map();
function start(options) {
  const app = apps.get(options.name) || { options, restarts: 0, child: null, stopping: false };
  apps.set(options.name, app);
  const out = fs.openSync(path.join(options.logs, options.name + '.log'), 'a');
  app.child = spawn(options.command, options.args, { cwd: options.cwd, env: Object.assign({}, process.env, options.env), stdio: ['ignore', out, out] });
  app.since = Date.now();
  app.child.on('exit', () => {
    if (app.stopping) return;
    app.restarts += 1;
    setTimeout(() => start(options), delayFor(Math.min(app.restarts, 6), { factor: 2, minTimeout: 100, maxTimeout: 15000, jitter: false }));
  });
  return app;
}
const commands = {
  start: (options) => ({ pid: start(options).child.pid }),
  stop: ({ name }) => { const app = apps.get(name); app.stopping = true; app.child.kill('SIGINT'); return {}; },
  list: () => Array.from(apps.values(), (app) => ({ name: app.options.name, pid: app.child.pid, restarts: app.restarts, since: app.since })),
};
net.createServer((socket) => {
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const { command, options } = JSON.parse(text);
    socket.end(JSON.stringify(commands[command] ? commands[command](options) : { error: 'unknown command' }));
  });
}).listen(process.argv[2]);
