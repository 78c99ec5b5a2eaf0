'use strict';

function widthOf(text) {
  let width = 0;
  for (const letter of String(text)) {
    const code = letter.codePointAt(0);
    if (code < 32 || (code >= 0x300 && code <= 0x36f)) continue;
    width += code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x1f300 && code <= 0x1faff)) ? 2 : 1;
  }
  return width;
}

function padTo(text, width, align) {
  const space = Math.max(0, width - widthOf(text));
  if (align === 'right') return ' '.repeat(space) + text;
  if (align === 'center') return ' '.repeat(space >> 1) + text + ' '.repeat(space - (space >> 1));
  return text + ' '.repeat(space);
}

function render(rows, options) {
  const settings = Object.assign({ align: [], gap: 2, header: false }, options);
  const widths = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] || 0, widthOf(cell));
    });
  }
  const lines = rows.map((row) => row.map((cell, index) => padTo(String(cell), widths[index], settings.align[index])).join(' '.repeat(settings.gap)).trimEnd());
  if (settings.header && lines.length) lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join(' '.repeat(settings.gap)));
  return lines.join('\n');
}

function parseCsv(text, separator) {
  const mark = separator || ',';
  const rows = [];
  let row = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (quoted) {
      if (letter === '"' && text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else if (letter === '"') quoted = false;
      else cell += letter;
    } else if (letter === '"') quoted = true;
    else if (letter === mark) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') {
      row.push(cell.replace(/\r$/, ''));
      rows.push(row);
      row = [];
      cell = '';
    } else cell += letter;
  }
  if (cell || row.length) rows.push(row.concat(cell));
  return rows;
}

module.exports = { render, padTo, widthOf, parseCsv };
