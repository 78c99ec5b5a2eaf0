// Timers on the virtual clock: as the code and the world's modules ask for them, and the tick that fires the first.
(function (W) {
  'use strict';
  const { H, M, emit, apply } = W;
  const resolved = Promise.resolve();
  const { then } = Promise.prototype;
  let timers = [];
  let nextTimer = 1;
  const now = () => H.advance(0);
  W.tick = () => {
    if (timers.length === 0) return false;
    let first = 0;
    for (let at = 1; at < timers.length; at++) if (timers[at].at < timers[first].at) first = at;
    const timer = timers[first];
    timers = timers.filter((one) => one !== timer);
    if (timer.at > now() && H.advance(timer.at) < 0) { timers = []; return false; }
    timer.turns++;
    // A poll loop has shown itself after a few turns.
    if (timer.repeats && timer.turns < 6) { timer.at = now() + timer.delay; timers.push(timer); }
    apply(timer.callback, undefined, timer.rest);
    return true;
  };
  const later = (callback, ...rest) => { timers.push({ id: nextTimer++, at: now() + 1, callback, rest, repeats: false, delay: 1, turns: 0 }); };
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
    const id = nextTimer++;
    timers.push({ id, at: now() + delay, callback, rest, repeats, delay, turns: 0 });
    return M.browser ? id : new Timeout(id);
  }
  function clear(timer) {
    if (timer === undefined || timer === null) return;
    const id = typeof timer === 'object' ? timer.id : +timer;
    timers = timers.filter((one) => one.id !== id);
  }
  const setTimeout = (callback, delay, ...rest) => schedule(callback, delay, rest, false);
  setTimeout[Symbol.for('nodejs.util.promisify.custom')] = (delay, value) => new Promise((resolve) => schedule(() => resolve(value), delay, [], false));
  return {
    later,
    queueMicrotask: (callback) => { apply(then, resolved, [callback]); },
    setTimeout,
    setInterval: (callback, delay, ...rest) => schedule(callback, delay, rest, true),
    setImmediate: (callback, ...rest) => schedule(callback, 1, rest, false),
    clearTimeout: (timer) => clear(timer), clearInterval: (timer) => clear(timer), clearImmediate: (timer) => clear(timer),
  };
})
