'use strict';
exports.getProxyForUrl = (address) => {
  const url = new URL(address);
  const skip = (process.env.NO_PROXY || process.env.no_proxy || '').split(/[,\s]+/).filter(Boolean);
  if (skip.some((name) => name === '*' || url.hostname.endsWith(name))) return '';
  const key = url.protocol.replace(':', '') + '_proxy';
  return process.env[key] || process.env[key.toUpperCase()] || process.env.all_proxy || '';
};
