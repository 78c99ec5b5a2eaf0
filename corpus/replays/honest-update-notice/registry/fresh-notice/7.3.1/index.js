'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { compare } = require('./lib/semver');
const color = require('./lib/color');
const DAY = 24 * 60 * 60 * 1000;
module.exports = function freshNotice(options) {
  const settings = Object.assign({ interval: DAY, registry: process.env.npm_config_registry }, options);
  const disabled = 'NO_UPDATE_NOTIFIER' in process.env || process.env.CI || !process.stdout.isTTY || !settings.registry;
  const file = path.join(process.env.XDG_CONFIG_HOME || path.join(os.homedir(), '.config'), 'fresh-notice-' + settings.pkg.name.replace('/', '-') + '.json');
  const read = () => { try { return JSON.parse(fs.readFileSync(file, 'utf8')); } catch (error) { return { checked: 0 }; } };
  const state = read();
  return {
    check() {
      if (disabled || Date.now() - state.checked < settings.interval) return;
      fs.mkdirSync(path.dirname(file), { recursive: true });
      spawn(process.execPath, [path.join(__dirname, 'check.js'), JSON.stringify({ name: settings.pkg.name, registry: settings.registry, file })], { detached: true, stdio: 'ignore' }).unref();
    },
    notify() {
      if (disabled || !state.latest || compare(state.latest, settings.pkg.version) <= 0) return;
      const styles = color.create(color.supportsColor(process.stderr, process.env));
      console.error(styles.yellow('update available ') + settings.pkg.version + ' -> ' + styles.green(state.latest) + '\nrun npm install -g ' + settings.pkg.name);
    },
  };
};
