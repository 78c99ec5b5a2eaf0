// The console: what is printed is told, in the words the code gave.
(function (W) {
  'use strict';
  const { emit, apply, world, disguise } = W;
  const console = Object.create(null);
  const { join } = Array.prototype;
  const plain = (words) => { for (let at = 0; at < words.length; at++) if (typeof words[at] !== 'string') return false; return words.length > 0 && (words.length === 1 || !words[0].includes('%')); };
  const line = (stream) => disguise((...words) => { emit('print', stream, plain(words) ? apply(join, words, [' ']) : world('util').formatWords(words)); });
  const each = (names, make) => { for (const name of names.split(' ')) console[name] = make(); };
  each('log info debug dir table group groupCollapsed timeLog timeEnd', () => line('stdout'));
  each('error warn trace assert', () => line('stderr'));
  each('clear count countReset groupEnd time profile profileEnd', () => disguise(() => {}));
  console.Console = function () { return console; };
  return Object.setPrototypeOf(console, Object.prototype);
})
