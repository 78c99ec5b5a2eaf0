'use strict';
exports.parse = (text) => {
  const out = {};
  let place = out;
  for (const line of String(text).split(/[\r\n]+/)) {
    const section = /^\s*\[([^\]]+)\]/.exec(line);
    const pair = /^\s*([^=;#]+?)\s*=\s*(.*?)\s*$/.exec(line);
    if (section) place = out[section[1]] = {};
    else if (pair) place[pair[1]] = pair[2];
  }
  return out;
};
exports.stringify = (object) => Object.keys(object).map((key) => key + '=' + object[key]).join('\n');
