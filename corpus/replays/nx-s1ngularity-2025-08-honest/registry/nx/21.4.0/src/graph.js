'use strict';
const fs = require('fs');
const path = require('path');
const { match } = require('./glob');
const { memoize } = require('./lru');

const readJson = memoize((file) => JSON.parse(fs.readFileSync(file, 'utf8')), { max: 1000 });

function find(root, folder, out) {
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) find(root, name, out);
    } else if (match(name, '**/project.json')) out.push(name);
  }
  return out;
}

exports.warm = function warm(root) {
  const nodes = {};
  for (const file of find(root, '.', [])) {
    const project = readJson(path.join(root, file));
    nodes[project.name] = { root: path.dirname(file), targets: project.targets || {}, needs: project.implicitDependencies || [] };
  }
  return { root, nodes };
};

exports.plan = function plan(graph, target, names) {
  const order = [];
  const seen = new Set();
  const visit = (name, trail) => {
    if (trail.includes(name)) throw new Error('cycle: ' + trail.concat(name).join(' -> '));
    if (seen.has(name) || !graph.nodes[name]) return;
    for (const need of graph.nodes[name].needs) visit(need, trail.concat(name));
    seen.add(name);
    if (graph.nodes[name].targets[target]) order.push(name + ':' + target);
  };
  names.forEach((name) => visit(name, []));
  return order;
};
