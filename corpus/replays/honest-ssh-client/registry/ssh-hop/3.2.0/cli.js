#!/usr/bin/env node
'use strict';
const { parse } = require('./lib/args');
const { run } = require('.');
const options = parse(process.argv.slice(2), { alias: { i: 'identity' } });
run(String(options._[0]), options._.slice(1).join(' '), { identity: options.identity }).then(({ code }) => { process.exitCode = code; });
