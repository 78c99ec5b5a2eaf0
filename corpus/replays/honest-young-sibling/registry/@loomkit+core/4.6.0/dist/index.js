'use strict';
const { merge } = require('./deep');
const { signal, effect, computed } = require('@loomkit/signals');
exports.signal = signal;
exports.effect = effect;
exports.computed = computed;
exports.configure = (options) => merge({ strict: false }, options);
