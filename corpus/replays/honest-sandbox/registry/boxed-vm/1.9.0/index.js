'use strict';
const path = require('path');
const { Worker } = require('worker_threads');
const { clone } = require('./lib/deep');
class Box {
  constructor(options) {
    this.options = Object.assign({ timeout: 1000, memory: 64, sandbox: {}, filename: 'sandbox.js' }, options);
    this.next = 1;
    this.waiting = new Map();
    this.worker = new Worker(path.join(__dirname, 'worker.js'), { env: {}, workerData: { sandbox: clone(this.options.sandbox), timeout: this.options.timeout, filename: this.options.filename }, resourceLimits: { maxOldGenerationSizeMb: this.options.memory } });
    this.worker.on('message', ({ id, value, error }) => {
      const entry = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) entry.reject(new Error(error));
      else entry.resolve(value === undefined ? undefined : JSON.parse(value));
    });
    this.worker.on('error', (error) => this.waiting.forEach((entry) => entry.reject(error)));
  }
  run(code) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, code: String(code) });
    });
  }
  dispose() {
    return this.worker.terminate();
  }
}
module.exports = { Box };
