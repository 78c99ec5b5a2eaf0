'use strict';
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { Emitter } = require('./events');
const revisions = require('../revisions.json');
class Session extends Emitter {
  constructor(socket) {
    super();
    this.socket = socket;
    this.next = 1;
    this.waiting = new Map();
    socket.addEventListener('message', (event) => this.receive(JSON.parse(event.data)));
  }
  send(method, params) {
    const id = this.next++;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
  receive(message) {
    const entry = this.waiting.get(message.id);
    if (!entry) return this.emit(message.method, message.params);
    this.waiting.delete(message.id);
    return message.error ? entry.reject(new Error(message.error.message)) : entry.resolve(message.result);
  }
  evaluate(work, ...values) {
    return this.send('Runtime.evaluate', { expression: '(' + work + ')(' + values.map((value) => JSON.stringify(value)).join(',') + ')', awaitPromise: true, returnByValue: true }).then((answer) => answer.result.value);
  }
}
exports.launch = (options) => new Promise((resolve, reject) => {
  const platform = { linux: 'linux64', darwin: 'mac-arm64', win32: 'win64' }[process.platform];
  const program = (options && options.executablePath) || path.join(os.homedir(), '.cache', 'marionette', 'chrome', platform + '-' + revisions.chrome, 'chrome-' + platform, 'chrome');
  const child = spawn(program, ['--headless=new', '--remote-debugging-port=0', '--user-data-dir=' + path.join(os.tmpdir(), 'marionette-' + process.pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.on('error', reject);
  child.stderr.on('data', (text) => {
    const found = /ws:\/\/\S+/.exec(String(text));
    if (found) {
      const socket = new WebSocket(found[0]);
      socket.addEventListener('open', () => resolve(Object.assign(new Session(socket), { close: () => child.kill() })));
    }
  });
});
