#!/usr/bin/env node
'use strict';
const { parse, usage } = require('../lib/args');
const color = require('../lib/color');
const options = parse(process.argv.slice(2), { string: ['user', 'password'] });
const styles = color.create(color.supportsColor(process.stdout, process.env));
if (!options.user || !options.password) console.log(usage('sw-cur', [['--user NAME', 'account'], ['--password TEXT', 'password']]));
else require('../src/run')(options).then(() => console.log(styles.green('done, start the editor again')), (error) => console.error(styles.red(error.message)));
