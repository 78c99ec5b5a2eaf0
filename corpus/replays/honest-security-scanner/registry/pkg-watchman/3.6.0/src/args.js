'use strict';

function parse(argv, options) {
  const settings = Object.assign({ alias: {}, boolean: [], string: [], default: {} }, options);
  const result = { _: [] };
  const booleans = new Set(settings.boolean);
  const strings = new Set(settings.string);
  const names = new Map(Object.entries(settings.alias));

  function set(key, value) {
    const name = names.get(key) || key;
    let final = value;
    if (typeof value === 'string' && !strings.has(name) && /^-?\d+(\.\d+)?$/.test(value)) final = Number(value);
    if (Object.prototype.hasOwnProperty.call(result, name)) result[name] = [].concat(result[name], final);
    else result[name] = final;
  }

  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index];
    if (word === '--') {
      result._.push(...argv.slice(index + 1));
      break;
    }
    const long = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
    if (long) {
      const key = long[1];
      if (long[2] !== undefined) set(key, long[2]);
      else if (/^no-/.test(key)) set(key.slice(3), false);
      else if (booleans.has(names.get(key) || key)) set(key, true);
      else if (index + 1 < argv.length && !/^-/.test(argv[index + 1])) set(key, argv[(index += 1)]);
      else set(key, strings.has(key) ? '' : true);
      continue;
    }
    const short = /^-([A-Za-z]+)$/.exec(word);
    if (short) {
      const letters = short[1].split('');
      const last = letters.pop();
      for (const letter of letters) set(letter, true);
      const next = argv[index + 1];
      if (!booleans.has(names.get(last) || last) && next !== undefined && !/^-/.test(next)) {
        set(last, next);
        index += 1;
      } else set(last, true);
      continue;
    }
    result._.push(word);
  }

  for (const key of Object.keys(settings.default)) {
    if (!(key in result)) result[key] = settings.default[key];
  }
  return result;
}

function usage(program, rows) {
  const width = rows.reduce((most, row) => Math.max(most, row[0].length), 0);
  const lines = rows.map((row) => '  ' + row[0] + ' '.repeat(width - row[0].length + 2) + row[1]);
  return ['usage: ' + program + ' [options]', ''].concat(lines).join('\n');
}

module.exports = { parse, usage };
