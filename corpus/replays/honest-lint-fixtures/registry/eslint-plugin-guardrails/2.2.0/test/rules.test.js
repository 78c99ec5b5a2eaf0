'use strict';
const { RuleTester } = require('eslint');
const plugin = require('..');
const fs = require('fs');
const path = require('path');
const read = (name) => fs.readFileSync(path.join(__dirname, 'fixtures', name), 'utf8');
new RuleTester().run('no-env-dump', plugin.rules['no-env-dump'], { valid: ['JSON.stringify({})'], invalid: [{ code: read('bad-env.js'), errors: 1 }] });
new RuleTester().run('no-new-function', plugin.rules['no-new-function'], { valid: ['new Map()'], invalid: [{ code: read('bad-eval.js'), errors: 1 }] });
