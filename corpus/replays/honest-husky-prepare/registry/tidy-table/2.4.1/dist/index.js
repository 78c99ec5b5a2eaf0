var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// table.js
var require_table = __commonJS({
  "table.js"(exports2, module2) {
    "use strict";
    function widthOf2(text) {
      let width = 0;
      for (const letter of String(text)) {
        const code = letter.codePointAt(0);
        if (code < 32 || code >= 768 && code <= 879) continue;
        width += code >= 4352 && (code <= 4447 || code >= 11904 && code <= 42191 || code >= 44032 && code <= 55203 || code >= 127744 && code <= 129791) ? 2 : 1;
      }
      return width;
    }
    function padTo(text, width, align) {
      const space = Math.max(0, width - widthOf2(text));
      if (align === "right") return " ".repeat(space) + text;
      if (align === "center") return " ".repeat(space >> 1) + text + " ".repeat(space - (space >> 1));
      return text + " ".repeat(space);
    }
    function render2(rows, options) {
      const settings = Object.assign({ align: [], gap: 2, header: false }, options);
      const widths = [];
      for (const row of rows) {
        row.forEach((cell, index) => {
          widths[index] = Math.max(widths[index] || 0, widthOf2(cell));
        });
      }
      const lines = rows.map((row) => row.map((cell, index) => padTo(String(cell), widths[index], settings.align[index])).join(" ".repeat(settings.gap)).trimEnd());
      if (settings.header && lines.length) lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join(" ".repeat(settings.gap)));
      return lines.join("\n");
    }
    function parseCsv2(text, separator) {
      const mark = separator || ",";
      const rows = [];
      let row = [];
      let cell = "";
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
          cell = "";
        } else if (letter === "\n") {
          row.push(cell.replace(/\r$/, ""));
          rows.push(row);
          row = [];
          cell = "";
        } else cell += letter;
      }
      if (cell || row.length) rows.push(row.concat(cell));
      return rows;
    }
    module2.exports = { render: render2, padTo, widthOf: widthOf2, parseCsv: parseCsv2 };
  }
});

// entry.js
var { render, parseCsv, widthOf } = require_table();
exports.table = (rows, options) => render(rows, options);
exports.fromCsv = (text, options) => render(parseCsv(text), options);
exports.width = widthOf;
