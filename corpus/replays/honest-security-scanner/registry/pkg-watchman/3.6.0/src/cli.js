#!/usr/bin/env node
'use strict';
const { parse } = require('./args');
const { render } = require('./table');
const { scan, scripts } = require('.');
const options = parse(process.argv.slice(2));
const folder = String(options._[0] || '.');
const found = scan(folder);
console.log(render([['rule', 'severity', 'file', 'line']].concat(found.map((item) => [item.rule, item.severity, item.file, String(item.line)])), { header: true }));
for (const { name, command } of scripts(folder)) console.log(name + ': ' + command);
process.exitCode = found.some((item) => item.severity === 'critical') ? 1 : 0;
