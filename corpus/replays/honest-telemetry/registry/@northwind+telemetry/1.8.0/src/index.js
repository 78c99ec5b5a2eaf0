'use strict';
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { request } = require('./http');
const { retry } = require('./retry');

const ENDPOINT = 'https://telemetry.northwind.example/v1/record';
const config = path.join(os.homedir(), '.config', 'northwind', 'telemetry.json');

function load() {
  try {
    return JSON.parse(fs.readFileSync(config, 'utf8'));
  } catch (error) {
    return null;
  }
}

function save(value) {
  fs.mkdirSync(path.dirname(config), { recursive: true });
  fs.writeFileSync(config, JSON.stringify(value, null, 2));
}

class Telemetry {
  constructor(tool, version) {
    this.meta = { tool, version, platform: os.platform(), arch: os.arch(), node: process.version, cpus: os.cpus().length, ci: Boolean(process.env.CI) };
    this.state = load() || { enabled: true, id: crypto.randomUUID(), notified: 0 };
    this.events = [];
  }
  get disabled() {
    return Boolean(process.env.NORTHWIND_TELEMETRY_DISABLED || process.env.DO_NOT_TRACK) || !this.state.enabled;
  }
  notify() {
    if (this.disabled || this.state.notified) return;
    this.state.notified = Date.now();
    save(this.state);
    console.log('Northwind collects anonymous usage statistics. To opt out: northwind telemetry disable');
  }
  record(name, payload) {
    if (!this.disabled) this.events.push({ name, payload, at: Date.now() });
  }
  setEnabled(enabled) {
    this.state.enabled = enabled;
    save(this.state);
  }
  async flush() {
    if (this.disabled || !this.events.length) return;
    const events = this.events.splice(0);
    await retry(() => request(ENDPOINT, { method: 'POST', data: { id: this.state.id, meta: this.meta, events }, timeout: 2000 }), { retries: 1 }).catch(() => {});
  }
}
module.exports = { Telemetry };
