#!/usr/bin/env node
'use strict';
const { parse } = require('../src/args');
const graph = require('../src/graph');
const options = parse(process.argv.slice(2), { boolean: ['verbose', 'skip-nx-cache'] });
const project = graph.warm(process.cwd());
const [target, name] = options._;
console.log(JSON.stringify(graph.plan(project, String(target || 'build'), name ? [String(name)] : Object.keys(project.nodes)), null, 2));
