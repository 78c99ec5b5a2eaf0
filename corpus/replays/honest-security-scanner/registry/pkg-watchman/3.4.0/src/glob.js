'use strict';

function escape(text) {
  return text.replace(/[|\\{}()[\]^$+?.]/g, '\\$&');
}

function expandBraces(pattern) {
  const open = pattern.indexOf('{');
  if (open === -1) return [pattern];
  let depth = 0;
  const commas = [];
  for (let index = open; index < pattern.length; index += 1) {
    const letter = pattern[index];
    if (letter === '{') depth += 1;
    else if (letter === ',' && depth === 1) commas.push(index);
    else if (letter === '}') {
      depth -= 1;
      if (depth === 0) {
        const bounds = [open].concat(commas, index);
        const out = [];
        for (let part = 0; part + 1 < bounds.length; part += 1) {
          const middle = pattern.slice(bounds[part] + 1, bounds[part + 1]);
          out.push(...expandBraces(pattern.slice(0, open) + middle + pattern.slice(index + 1)));
        }
        return out;
      }
    }
  }
  return [pattern];
}

function toSource(pattern) {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const letter = pattern[index];
    if (letter === '*') {
      if (pattern[index + 1] === '*') {
        index += 1;
        if (pattern[index + 1] === '/') {
          index += 1;
          source += '(?:[^/]+/)*';
        } else source += '.*';
      } else source += '[^/]*';
    } else if (letter === '?') source += '[^/]';
    else if (letter === '[') {
      const close = pattern.indexOf(']', index + 1);
      if (close === -1) source += '\\[';
      else {
        source += '[' + pattern.slice(index + 1, close).replace(/^!/, '^') + ']';
        index = close;
      }
    } else source += escape(letter);
  }
  return source;
}

const cache = new Map();

function compile(pattern) {
  let found = cache.get(pattern);
  if (!found) {
    found = new RegExp('^(?:' + expandBraces(pattern).map(toSource).join('|') + ')$');
    if (cache.size > 500) cache.clear();
    cache.set(pattern, found);
  }
  return found;
}

function match(path, pattern) {
  if (pattern[0] === '!') return !match(path, pattern.slice(1));
  return compile(pattern).test(path);
}

function filter(paths, patterns) {
  const wanted = patterns.filter((pattern) => pattern[0] !== '!');
  const unwanted = patterns.filter((pattern) => pattern[0] === '!').map((pattern) => pattern.slice(1));
  return paths.filter((path) => wanted.some((pattern) => match(path, pattern)) && !unwanted.some((pattern) => match(path, pattern)));
}

module.exports = { match, filter, compile, expandBraces };
