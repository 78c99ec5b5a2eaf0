#!/usr/bin/env node
'use strict';
const { parse, usage } = require('./lib/args');
const { build } = require('./');
const options = parse(process.argv.slice(2), { alias: { o: 'out' }, default: { out: 'build.js' } });
if (options.help || !options._.length) console.log(usage('bb', [['--out FILE', 'where the result goes']]));
else console.log(build('.', options._.map(String), options.out).join('\n'));
