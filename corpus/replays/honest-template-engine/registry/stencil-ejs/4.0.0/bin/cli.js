#!/usr/bin/env node
'use strict';
const fs = require('fs');
const { parse } = require('../lib/args');
const ejs = require('../lib/ejs');
const options = parse(process.argv.slice(2), { alias: { f: 'data-file', o: 'output-file' } });
const data = options['data-file'] ? JSON.parse(fs.readFileSync(options['data-file'], 'utf8')) : {};
const text = ejs.render(fs.readFileSync(options._[0], 'utf8'), data, { filename: options._[0] });
if (options['output-file']) fs.writeFileSync(options['output-file'], text);
else process.stdout.write(text);
