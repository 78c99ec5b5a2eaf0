'use strict';
const Stream = require('stream').Stream;
const es = exports;
es.Stream = Stream;
es.through = require('through');
es.from = require('from');
es.duplex = require('duplexer');
es.map = require('map-stream');
es.pause = require('pause-stream');
es.split = require('split');
es.pipeline = es.connect = es.pipe = require('stream-combiner');

es.concat = es.merge = function () {
  const streams = [].slice.call(arguments);
  const stream = new Stream();
  let ended = 0;
  stream.setMaxListeners(0);
  streams.forEach((source) => {
    source.pipe(stream, { end: false });
    source.on('end', () => {
      ended += 1;
      if (ended === streams.length) stream.emit('end');
    });
  });
  stream.write = function (data) {
    this.emit('data', data);
  };
  stream.destroy = function () {
    streams.forEach((source) => source.destroy && source.destroy());
  };
  return stream;
};

es.mapSync = function (sync) {
  return es.through(function (data) {
    const mapped = sync(data);
    if (mapped !== undefined) this.queue(mapped);
  });
};

es.writeArray = function (done) {
  const list = [];
  let over = false;
  const stream = new Stream();
  stream.write = (line) => list.push(line);
  stream.end = () => {
    over = true;
    done(null, list);
  };
  stream.writable = true;
  stream.destroy = () => {
    if (!over) done(new Error('destroyed before end'), list);
  };
  return stream;
};

es.stringify = () => es.mapSync((value) => JSON.stringify(Buffer.isBuffer(value) ? value.toString() : value) + '\n');
es.parse = (options) => es.mapSync((line) => {
  try {
    return line ? JSON.parse(line.toString()) : undefined;
  } catch (error) {
    if (options && options.error) throw error;
    return undefined;
  }
});
