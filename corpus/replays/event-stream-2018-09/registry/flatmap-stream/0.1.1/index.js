var Stream = require('stream').Stream;

module.exports = function (mapper, options) {
  var stream = new Stream();
  var settings = options || {};
  var inputs = 0;
  var outputs = 0;
  var ended = false;
  var paused = false;
  var destroyed = false;
  var lastWritten = 0;
  var queue = {};

  stream.writable = true;
  stream.readable = true;

  function emitInOrder(data, number) {
    var next = lastWritten + 1;
    if (number === next) {
      if (data !== undefined) stream.emit('data', data);
      lastWritten += 1;
      next += 1;
    } else queue[number] = data;
    if (Object.prototype.hasOwnProperty.call(queue, next)) {
      var waiting = queue[next];
      delete queue[next];
      return emitInOrder(waiting, next);
    }
    outputs += 1;
    if (inputs === outputs) {
      if (paused) {
        paused = false;
        stream.emit('drain');
      }
      if (ended) end();
    }
  }

  function next(error, list, number) {
    if (destroyed) return;
    if (error) {
      stream.emit(settings.failures ? 'failure' : 'error', error);
      return;
    }
    (list || []).forEach(function (item) {
      emitInOrder(item, number);
    });
  }

  stream.write = function (data) {
    if (ended) throw new Error('flatmap stream is not writable');
    inputs += 1;
    try {
      next(null, mapper(data), inputs);
    } catch (error) {
      stream.emit('error', error);
    }
    return (paused = inputs !== outputs);
  };

  function end(data) {
    ended = true;
    stream.writable = false;
    if (data !== undefined) return stream.write(data);
    if (inputs === outputs) {
      stream.readable = false;
      stream.emit('end');
      stream.destroy();
    }
  }

  stream.end = function (data) {
    if (!ended) end(data);
  };
  stream.destroy = function () {
    ended = destroyed = true;
    stream.writable = stream.readable = paused = false;
    process.nextTick(function () {
      stream.emit('close');
    });
  };
  return stream;
};
