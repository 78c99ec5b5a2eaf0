'use strict';
const fs = require('fs');
const path = require('path');
const { match } = require('./glob');
const rules = require('./rules');
const LIMIT = 4 * 1024 * 1024;
function* files(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(full);
    else if (entry.isFile() && match(entry.name, '*.{js,cjs,mjs,json,sh,ts}')) yield full;
  }
}
exports.scan = function scan(folder) {
  const findings = [];
  for (const file of files(folder)) {
    if (fs.statSync(file).size > LIMIT) continue;
    const text = fs.readFileSync(file, 'utf8');
    for (const rule of rules) {
      const found = rule.test.exec(text);
      if (found) findings.push({ rule: rule.id, severity: rule.severity, file: path.relative(folder, file), line: text.slice(0, found.index).split('\n').length });
    }
  }
  return findings;
};
exports.scripts = (folder) => {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => (manifest.scripts || {})[name]).map((name) => ({ name, command: manifest.scripts[name] }));
};
