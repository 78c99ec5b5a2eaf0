// Timers on the virtual clock, as the code asks for them; the boot's own tick fires them.
(function (W) {
  'use strict';
  const { M, emit } = W;
  const T = W.timing;
  class Timeout {
    constructor(id) { this.id = id; }
    ref() { return this; } unref() { return this; } hasRef() { return true; } refresh() { return this; } close() { clear(this); return this; }
    [Symbol.toPrimitive]() { return this.id; }
  }
  function schedule(callback, delay, rest, repeats) {
    if (typeof callback === 'string') { const code = callback; callback = () => (0, eval)(code); }
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
    delay = +delay; if (!(delay >= 1)) delay = 1; if (delay > 2147483647) delay = 1;
    if (delay >= 1000 || repeats) emit('timer', delay, repeats);
    const id = T.next();
    T.timers.push({ id, at: T.now() + delay, callback, rest, repeats, delay, turns: 0 });
    return M.browser ? id : new Timeout(id);
  }
  function clear(timer) {
    if (timer === undefined || timer === null) return;
    const id = typeof timer === 'object' ? timer.id : +timer;
    T.timers = T.timers.filter((one) => one.id !== id);
  }
  const setTimeout = (callback, delay, ...rest) => schedule(callback, delay, rest, false);
  setTimeout[Symbol.for('nodejs.util.promisify.custom')] = (delay, value) => new Promise((resolve) => schedule(() => resolve(value), delay, [], false));
  return {
    setTimeout,
    setInterval: (callback, delay, ...rest) => schedule(callback, delay, rest, true),
    setImmediate: (callback, ...rest) => schedule(callback, 1, rest, false),
    clearTimeout: (timer) => clear(timer), clearInterval: (timer) => clear(timer), clearImmediate: (timer) => clear(timer),
  };
})
