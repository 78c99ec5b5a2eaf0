'use strict';
const zlib = require('zlib');
exports.text = (bytes) => {
  const raw = bytes.toString('latin1');
  const out = [];
  const streams = /stream\r?\n([\s\S]*?)\r?\nendstream/g;
  let found;
  while ((found = streams.exec(raw))) {
    let body = Buffer.from(found[1], 'latin1');
    try {
      body = zlib.inflateSync(body);
    } catch (error) {
      continue;
    }
    for (const piece of body.toString('latin1').matchAll(/\(((?:\\.|[^()\\])*)\)\s*Tj/g)) out.push(piece[1].replace(/\\([()\\])/g, '$1'));
  }
  return out.join('\n');
};
