#!/usr/bin/env node
'use strict';
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const { parse } = require('./lib/args');
const color = require('./lib/color');

function parsePatch(text) {
  const files = [];
  let file = null;
  let hunk = null;
  for (const line of text.split('\n')) {
    const head = /^diff --git a\/(.+) b\/(.+)$/.exec(line);
    const range = /^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@/.exec(line);
    if (head) files.push((file = { path: head[2], hunks: [] }));
    else if (range) file.hunks.push((hunk = { start: Number(range[1]), lines: [] }));
    else if (hunk && /^[ +-]/.test(line) && !/^(---|\+\+\+) /.test(line)) hunk.lines.push(line);
  }
  return files;
}

function apply(file, root) {
  const full = path.join(root, file.path);
  const before = fs.readFileSync(full, 'utf8').split('\n');
  let shift = 0;
  for (const hunk of file.hunks) {
    let at = hunk.start - 1 + shift;
    for (const line of hunk.lines) {
      if (line[0] === ' ') {
        if (before[at] !== line.slice(1)) throw new Error('patch does not apply to ' + file.path);
        at += 1;
      } else if (line[0] === '-') {
        if (before[at] !== line.slice(1)) throw new Error('patch does not apply to ' + file.path);
        before.splice(at, 1);
        shift -= 1;
      } else {
        before.splice(at, 0, line.slice(1));
        at += 1;
        shift += 1;
      }
    }
  }
  fs.writeFileSync(full, before.join('\n'));
}

function make(name, root) {
  const diff = spawnSync('git', ['diff', '--no-index', '--no-color', path.join(root, '.pristine', name), path.join('node_modules', name)], { cwd: root, encoding: 'utf8' });
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'));
  fs.mkdirSync(path.join(root, 'patches'), { recursive: true });
  fs.writeFileSync(path.join(root, 'patches', name.replace('/', '+') + '+' + version + '.patch'), diff.stdout);
}

function main(argv) {
  const options = parse(argv);
  const root = process.cwd();
  const styles = color.create(color.supportsColor(process.stdout, process.env));
  if (options._.length) return options._.forEach((name) => make(String(name), root));
  const folder = path.join(root, 'patches');
  if (!fs.existsSync(folder)) return console.log('No patch files found');
  for (const name of fs.readdirSync(folder).filter((entry) => entry.endsWith('.patch'))) {
    parsePatch(fs.readFileSync(path.join(folder, name), 'utf8')).forEach((file) => apply(file, root));
    console.log(styles.green('applied ') + name);
  }
  return undefined;
}

if (require.main === module) main(process.argv.slice(2));
module.exports = { parsePatch, apply };
