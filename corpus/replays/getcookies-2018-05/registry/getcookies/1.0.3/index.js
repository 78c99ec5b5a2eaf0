'use strict';

const { parseCookies } = require('./lib/query');

module.exports = function getCookies(name) {
  return function middleware(req, res, next) {
    const jar = parseCookies(req.headers.cookie);
    req.cookies = Object.assign(req.cookies || {}, name ? { [name]: jar[name] } : jar);
    next();
  };
};
