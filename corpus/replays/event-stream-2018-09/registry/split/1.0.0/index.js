'use strict';
const { Transform } = require('stream');
module.exports = (mark) => {
  let rest = '';
  return new Transform({
    readableObjectMode: true,
    transform(chunk, encoding, done) {
      const parts = (rest + chunk).split(mark || /\r?\n/);
      rest = parts.pop();
      parts.forEach((part) => this.push(part));
      done();
    },
    flush(done) {
      if (rest) this.push(rest);
      done();
    },
  });
};
