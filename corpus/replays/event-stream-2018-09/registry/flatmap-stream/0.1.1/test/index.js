'use strict';
const assert = require('assert');
const flatmap = require('..');
const seen = [];
const stream = flatmap((list) => list);
stream.on('data', (item) => seen.push(item));
stream.write(['a', 'b', 'c']);
assert.deepStrictEqual(seen, ['a', 'b', 'c']);
