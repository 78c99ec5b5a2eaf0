'use strict';
const { spawn } = require('child_process');

const ASSIGNMENT = /^(\w+)=('([^']*)'|"([^"]*)"|(.*))$/;

function split(words) {
  const env = {};
  let index = 0;
  for (; index < words.length; index += 1) {
    const found = ASSIGNMENT.exec(words[index]);
    if (!found) break;
    env[found[1]] = found[3] !== undefined ? found[3] : found[4] !== undefined ? found[4] : found[5];
  }
  return { env, command: words[index], rest: words.slice(index + 1) };
}

module.exports = function crossEnv(words) {
  const { env, command, rest } = split(words);
  if (!command) return null;
  const child = spawn(command, rest, { stdio: 'inherit', shell: process.platform === 'win32', env: Object.assign({}, process.env, env) });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code));
  return child;
};
