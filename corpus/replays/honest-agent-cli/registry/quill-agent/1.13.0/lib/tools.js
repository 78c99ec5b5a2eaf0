'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { spawn } = require('child_process');
const ask = (question) => new Promise((resolve) => {
  const lines = readline.createInterface({ input: process.stdin, output: process.stderr });
  lines.question(question + ' [y/N] ', (answer) => { lines.close(); resolve(/^y/i.test(answer)); });
});
const inside = (root, name) => { const full = path.resolve(root, name); if (full !== root && !full.startsWith(root + path.sep)) throw new Error(name + ' is outside the project'); return full; };
exports.create = (root, settings) => ({
  read_file: ({ path: name }) => fs.readFileSync(inside(root, name), 'utf8'),
  write_file: async ({ path: name, content }) => {
    if (settings.approval === 'ask' && !(await ask('write ' + name + '?'))) return 'refused by the user';
    fs.writeFileSync(inside(root, name), content);
    return 'written';
  },
  run_command: async ({ command }) => {
    if (settings.approval !== 'auto' && !(await ask('run `' + command + '`?'))) return 'refused by the user';
    return new Promise((resolve) => {
      const child = spawn(command, { shell: true, cwd: root });
      let out = '';
      child.stdout.on('data', (part) => (out += part));
      child.stderr.on('data', (part) => (out += part));
      child.on('exit', (code) => resolve(out.slice(-20000) + '\nexit ' + code));
    });
  },
});
