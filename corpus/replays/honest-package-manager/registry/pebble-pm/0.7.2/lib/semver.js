'use strict';

const FULL = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

function parse(text) {
  const found = FULL.exec(String(text).trim());
  if (!found) return null;
  return { major: +found[1], minor: +found[2], patch: +found[3], pre: found[4] ? found[4].split('.') : [], build: found[5] || '' };
}

function comparePre(left, right) {
  if (!left.length && !right.length) return 0;
  if (!left.length) return 1;
  if (!right.length) return -1;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const a = left[index];
    const b = right[index];
    if (a === undefined) return -1;
    if (b === undefined) return 1;
    if (a === b) continue;
    const numeric = [/^\d+$/.test(a), /^\d+$/.test(b)];
    if (numeric[0] && numeric[1]) return +a < +b ? -1 : 1;
    if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
    return a < b ? -1 : 1;
  }
  return 0;
}

function compare(left, right) {
  const a = parse(left);
  const b = parse(right);
  if (!a || !b) throw new TypeError('not a version');
  for (const part of ['major', 'minor', 'patch']) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return comparePre(a.pre, b.pre);
}

function caretTop(low) {
  if (low.major > 0) return (low.major + 1) + '.0.0-0';
  if (low.minor > 0) return '0.' + (low.minor + 1) + '.0-0';
  return '0.0.' + (low.patch + 1) + '-0';
}

function satisfies(version, range) {
  return range.split('||').some((alternative) => alternative.trim().split(/\s+/).every((part) => {
    if (part === '' || part === '*' || part === 'x') return true;
    const found = /^(\^|~|>=|<=|>|<|=)?(.+)$/.exec(part);
    const low = parse(found[2]);
    if (!low) return false;
    const order = compare(version, found[2]);
    switch (found[1]) {
      case '^': return order >= 0 && compare(version, caretTop(low)) < 0;
      case '~': return order >= 0 && compare(version, low.major + '.' + (low.minor + 1) + '.0-0') < 0;
      case '>=': return order >= 0;
      case '<=': return order <= 0;
      case '>': return order > 0;
      case '<': return order < 0;
      default: return order === 0;
    }
  }));
}

function maxSatisfying(versions, range) {
  return versions.filter((version) => satisfies(version, range)).sort(compare).pop() || null;
}

module.exports = { parse, compare, satisfies, maxSatisfying };
