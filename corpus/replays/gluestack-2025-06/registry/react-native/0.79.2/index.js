'use strict';
exports.Platform = { OS: 'ios', select: (options) => options.ios || options.default };
exports.StyleSheet = { create: (styles) => styles };
