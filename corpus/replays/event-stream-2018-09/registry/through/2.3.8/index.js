'use strict';
const { Transform } = require('stream');
module.exports = (write, end) => {
  const stream = new Transform({
    objectMode: true,
    transform(data, encoding, done) {
      if (write) write.call(this, data);
      else this.push(data);
      done();
    },
    flush(done) {
      if (end) end.call(this);
      done();
    },
  });
  stream.queue = (data) => stream.push(data);
  return stream;
};
