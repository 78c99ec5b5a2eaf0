'use strict';
const Q = (value) => Promise.resolve(value);
Q.all = (list) => Promise.all(list);
Q.defer = () => {
  const out = {};
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
  return out;
};
Q.nfcall = (work, ...values) => new Promise((resolve, reject) => work(...values, (error, result) => (error ? reject(error) : resolve(result))));
module.exports = Q;
