'use strict';
const cp = require('child_process');
const fs = require('fs');
const path = require('path');
const isWin = process.platform === 'win32';
const META = /([()\][%!^"`<>&|;, *?])/g;

function which(command, env) {
  if (command.includes('/') || command.includes('\\')) return fs.existsSync(command) ? command : null;
  const extensions = isWin ? (env.PATHEXT || '.EXE;.CMD;.BAT;.COM').split(';') : [''];
  for (const folder of (env.PATH || env.Path || '').split(path.delimiter)) {
    for (const extension of extensions) {
      const file = path.join(folder, command + extension.toLowerCase());
      if (fs.existsSync(file)) return file;
    }
  }
  return null;
}

function shebang(file) {
  const buffer = Buffer.alloc(150);
  try {
    const handle = fs.openSync(file, 'r');
    fs.readSync(handle, buffer, 0, 150, 0);
    fs.closeSync(handle);
  } catch (error) {
    return null;
  }
  const found = /^#!\s*(?:\/usr\/bin\/env\s+)?(\S+)/.exec(buffer.toString());
  return found ? path.basename(found[1]) : null;
}

const escapeCommand = (text) => text.replace(META, '^$1');
const escapeArgument = (text) => ('"' + String(text).replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1') + '"').replace(META, '^$1');

function parse(command, args, options) {
  const parsed = { command, args: args.slice(), options: Object.assign({}, options), file: null };
  if (!isWin || parsed.options.shell) return parsed;
  parsed.file = which(command, parsed.options.env || process.env);
  const interpreter = parsed.file && shebang(parsed.file);
  if (interpreter) {
    parsed.args.unshift(parsed.file);
    parsed.command = interpreter;
  }
  if (!/\.(?:com|exe)$/i.test(parsed.file || '')) {
    const line = [escapeCommand(path.normalize(parsed.command))].concat(parsed.args.map(escapeArgument)).join(' ');
    parsed.args = ['/d', '/s', '/c', '"' + line + '"'];
    parsed.command = process.env.comspec || 'cmd.exe';
    parsed.options.windowsVerbatimArguments = true;
  }
  return parsed;
}

function spawn(command, args, options) {
  const parsed = parse(command, args || [], options);
  const child = cp.spawn(parsed.command, parsed.args, parsed.options);
  if (isWin) {
    child.on('exit', (code) => {
      if (code === 1 && !parsed.file) child.emit('error', Object.assign(new Error('spawn ' + command + ' ENOENT'), { code: 'ENOENT', syscall: 'spawn ' + command }));
    });
  }
  return child;
}

function spawnSync(command, args, options) {
  const parsed = parse(command, args || [], options);
  return cp.spawnSync(parsed.command, parsed.args, parsed.options);
}

module.exports = Object.assign(spawn, { spawn, sync: spawnSync, parse });
