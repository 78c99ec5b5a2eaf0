'use strict';
const fs = require('fs');
const path = require('path');
const { filter } = require('./lib/glob');

function walk(folder, base, found) {
  for (const name of fs.readdirSync(folder)) {
    const full = path.join(folder, name);
    if (fs.statSync(full).isDirectory()) walk(full, base, found);
    else found.push(path.relative(base, full).split(path.sep).join('/'));
  }
  return found;
}

exports.build = function build(root, patterns, target) {
  const names = filter(walk(root, root, []), patterns);
  const text = names.map((name) => '/* ' + name + ' */\n' + fs.readFileSync(path.join(root, name), 'utf8')).join('\n');
  fs.writeFileSync(target, text);
  return names;
};
