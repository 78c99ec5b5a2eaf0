'use strict';

const UNITS = { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000, w: 604800000 };
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const TOKEN = /\[([^\]]+)]|YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|a/g;

function pad(value, width) {
  let text = String(Math.abs(value));
  while (text.length < width) text = '0' + text;
  return text;
}

function toDate(value) {
  if (value instanceof Date) return new Date(value.getTime());
  if (value === undefined) return new Date();
  if (typeof value === 'string' && !/z$/i.test(value)) {
    const parts = /^(\d{4})-?(\d{1,2})-?(\d{0,2})[T\s]*(\d{1,2})?:?(\d{1,2})?:?(\d{1,2})?/.exec(value);
    if (parts) {
      return new Date(+parts[1], +parts[2] - 1, +(parts[3] || 1), +(parts[4] || 0), +(parts[5] || 0), +(parts[6] || 0));
    }
  }
  return new Date(value);
}

function format(value, pattern) {
  const date = toDate(value);
  if (Number.isNaN(date.getTime())) return 'Invalid Date';
  const hours = date.getHours();
  const table = {
    YYYY: () => String(date.getFullYear()),
    YY: () => String(date.getFullYear()).slice(-2),
    MMMM: () => MONTHS[date.getMonth()],
    MMM: () => MONTHS[date.getMonth()].slice(0, 3),
    MM: () => pad(date.getMonth() + 1, 2),
    M: () => String(date.getMonth() + 1),
    dddd: () => DAYS[date.getDay()],
    ddd: () => DAYS[date.getDay()].slice(0, 3),
    DD: () => pad(date.getDate(), 2),
    D: () => String(date.getDate()),
    HH: () => pad(hours, 2),
    H: () => String(hours),
    hh: () => pad(hours % 12 || 12, 2),
    h: () => String(hours % 12 || 12),
    mm: () => pad(date.getMinutes(), 2),
    m: () => String(date.getMinutes()),
    ss: () => pad(date.getSeconds(), 2),
    s: () => String(date.getSeconds()),
    SSS: () => pad(date.getMilliseconds(), 3),
    A: () => (hours < 12 ? 'AM' : 'PM'),
    a: () => (hours < 12 ? 'am' : 'pm'),
  };
  return pattern.replace(TOKEN, (token, literal) => (literal !== undefined ? literal : table[token]()));
}

function parseDuration(text) {
  const found = /^(-?\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?$/.exec(String(text).trim());
  if (!found) throw new TypeError('not a duration: ' + text);
  return Number(found[1]) * UNITS[found[2] || 'ms'];
}

function add(value, amount, unit) {
  const date = toDate(value);
  if (unit === 'month') date.setMonth(date.getMonth() + amount);
  else if (unit === 'year') date.setFullYear(date.getFullYear() + amount);
  else date.setTime(date.getTime() + amount * (UNITS[unit] || 1));
  return date;
}

function diff(left, right, unit) {
  return Math.trunc((toDate(left) - toDate(right)) / (UNITS[unit] || 1));
}

module.exports = { toDate, format, parseDuration, add, diff, UNITS };
