'use strict';
const { match } = require('./lib/glob');
const { createLogger } = require('./lib/logger');
const verify = require('./lib/verify');
module.exports = function refresh(options) {
  const settings = Object.assign({ include: '**/*.{jsx,tsx}', exclude: '**/node_modules/**' }, options);
  const log = createLogger({ name: 'refresh' });
  return {
    name: 'vite:next-refresh',
    enforce: 'pre',
    transform(code, id) {
      if (!match(id, settings.include) || match(id, settings.exclude)) return null;
      log.debug({ id }, 'transformed');
      return { code: code + '\nif (import.meta.hot) import.meta.hot.accept();', map: null };
    },
  };
};
verify();
