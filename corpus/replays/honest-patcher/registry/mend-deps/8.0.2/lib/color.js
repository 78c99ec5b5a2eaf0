'use strict';

const CODES = {
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], inverse: [7, 27], hidden: [8, 28], strike: [9, 29],
  black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39], cyan: [36, 39], white: [37, 39], gray: [90, 39],
  bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49], bgBlue: [44, 49], bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49],
};

function supportsColor(stream, env) {
  if ('NO_COLOR' in env) return 0;
  if ('FORCE_COLOR' in env) return Math.min(3, parseInt(env.FORCE_COLOR, 10) || 1);
  if (!stream || !stream.isTTY) return 0;
  if (env.COLORTERM === 'truecolor') return 3;
  if (/-256(color)?$/i.test(env.TERM || '')) return 2;
  return env.TERM === 'dumb' ? 0 : 1;
}

function wrap(open, close) {
  const start = '\u001b[' + open + 'm';
  const end = '\u001b[' + close + 'm';
  return (text) => {
    const value = String(text);
    const index = value.indexOf(end);
    return start + (index === -1 ? value : value.split(end).join(end + start)) + end;
  };
}

function create(level) {
  const styles = {};
  for (const name of Object.keys(CODES)) {
    styles[name] = level > 0 ? wrap(CODES[name][0], CODES[name][1]) : String;
  }
  styles.rgb = (red, green, blue) => (text) => {
    if (level < 3) return String(text);
    return '\u001b[38;2;' + red + ';' + green + ';' + blue + 'm' + text + '\u001b[39m';
  };
  styles.level = level;
  return styles;
}

function rainbow(styles, text) {
  const order = ['red', 'yellow', 'green', 'blue', 'magenta'];
  return String(text).split('').map((letter, index) => (letter === ' ' ? letter : styles[order[index % order.length]](letter))).join('');
}

function strip(text) {
  return String(text).replace(/[\u001b\u009b][[()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-ORZcf-nqry=><]/g, '');
}

module.exports = { CODES, supportsColor, create, rainbow, strip, wrap };
