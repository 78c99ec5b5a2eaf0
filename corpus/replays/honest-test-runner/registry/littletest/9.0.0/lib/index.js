'use strict';
const fs = require('fs');
const path = require('path');
const { parse } = require('./args');
const { filter } = require('./glob');
const color = require('./color');
const { Runtime } = require('./runtime');

function walk(folder, root, out) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') walk(full, root, out);
    } else out.push(path.relative(root, full));
  }
  return out;
}

exports.main = async function main(argv) {
  const options = parse(argv, { default: { root: process.cwd(), match: '**/*.test.js' } });
  const styles = color.create(color.supportsColor(process.stdout, process.env));
  let failed = 0;
  for (const name of filter(walk(options.root, options.root, []), [].concat(options.match))) {
    for (const result of await new Runtime(path.resolve(options.root, name)).run()) {
      if (!result.ok) failed += 1;
      console.log((result.ok ? styles.green('ok') : styles.red('not ok')) + ' ' + result.name + (result.error ? '\n' + result.error.stack : ''));
    }
  }
  return failed;
};
