'use strict';
const { match, filter, expandBraces } = require('./lib/glob');
const { memoize } = require('./lib/lru');
exports.isMatch = memoize((path, pattern) => match(String(path).replace(/\\/g, '/'), pattern), { max: 2000 });
exports.filter = filter;
exports.braces = expandBraces;
exports.matcher = (patterns) => (path) => filter([path], [].concat(patterns)).length > 0;
