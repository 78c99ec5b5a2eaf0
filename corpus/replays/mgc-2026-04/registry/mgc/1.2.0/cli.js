#!/usr/bin/env node
'use strict';
const { parse } = require('./lib/args');
const color = require('./lib/color');
const { generate } = require('.');
const options = parse(process.argv.slice(2), { default: { root: 'src/components' } });
const styles = color.create(color.supportsColor(process.stdout, process.env));
for (const name of options._) console.log(styles.green('created'), generate(String(name), options.root));
