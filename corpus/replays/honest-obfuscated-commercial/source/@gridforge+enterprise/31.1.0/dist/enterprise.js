const crypto = require('crypto');
class LicenseManager {
  static setLicenseKey(key) { LicenseManager.key = key; }
  static verify(now) {
    const parts = String(LicenseManager.key || '').split('_');
    if (parts.length < 3) return { valid: false, reason: 'missing' };
    const digest = crypto.createHash('md5').update(parts[0] + '|' + parts[1]).digest('hex');
    if (digest !== parts[2]) return { valid: false, reason: 'invalid' };
    return Number(parts[1]) < now ? { valid: false, reason: 'expired' } : { valid: true };
  }
}
class RowGrouping {
  constructor(columns) { this.columns = columns; }
  group(rows, depth) {
    const at = depth || 0;
    if (at >= this.columns.length) return rows;
    const map = new Map();
    for (const row of rows) {
      const key = row[this.columns[at]];
      if (!map.has(key)) map.set(key, []);
      map.get(key).push(row);
    }
    return Array.from(map, ([key, list]) => ({ key, level: at, children: this.group(list, at + 1), count: list.length }));
  }
}
class Pivot {
  static run(rows, rowKey, columnKey, valueKey, combine) {
    const out = {};
    for (const row of rows) {
      const line = (out[row[rowKey]] = out[row[rowKey]] || {});
      line[row[columnKey]] = combine(line[row[columnKey]], row[valueKey]);
    }
    return out;
  }
}
class ExcelExport {
  static sheet(rows, columns) {
    const cell = (value) => '<c t="inlineStr"><is><t>' + String(value).replace(/[<&>]/g, (letter) => '&#' + letter.charCodeAt(0) + ';') + '</t></is></c>';
    return '<worksheet><sheetData>' + rows.map((row) => '<row>' + columns.map((name) => cell(row[name])).join('') + '</row>').join('') + '</sheetData></worksheet>';
  }
}
module.exports = { LicenseManager, RowGrouping, Pivot, ExcelExport, version: '31.1.0' };
