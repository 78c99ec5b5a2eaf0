'use strict';
const { parseCsv } = require('./lib/table');
const quote = (cell) => (/[",\n]/.test(cell) ? '"' + cell.replace(/"/g, '""') + '"' : cell);
exports.columns = (text, names, separator) => {
  const [head, ...rows] = parseCsv(text, separator);
  const places = names.map((name) => {
    const at = head.indexOf(name);
    if (at === -1) throw new Error('no column ' + name);
    return at;
  });
  return [names].concat(rows.map((row) => places.map((at) => row[at])));
};
exports.stringify = (rows) => rows.map((row) => row.map(quote).join(',')).join('\n') + '\n';
