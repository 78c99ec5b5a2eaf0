#!/usr/bin/env node
'use strict';
const { parse, usage } = require('./lib/args');
const color = require('./lib/color');
const styles = color.create(color.supportsColor(process.stdout, process.env));
const options = parse(process.argv.slice(2), { boolean: ['help', 'version'] });
if (options.version) console.log('0.2.0');
else console.log(styles.cyan(usage('claud', [['--version', 'the version'], ['--help', 'this text']])));
