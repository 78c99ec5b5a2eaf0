'use strict';

const DEFAULTS = { retries: 3, factor: 2, minTimeout: 100, maxTimeout: 10000, jitter: true, shouldRetry: () => true };

function delayFor(attempt, settings) {
  const base = Math.min(settings.maxTimeout, settings.minTimeout * Math.pow(settings.factor, attempt));
  return settings.jitter ? Math.round(base * (0.5 + Math.random() / 2)) : base;
}

function sleep(duration, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, duration);
    if (signal) {
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason || new Error('aborted'));
      }, { once: true });
    }
  });
}

async function retry(work, options) {
  const settings = Object.assign({}, DEFAULTS, options);
  let last = null;
  for (let attempt = 0; attempt <= settings.retries; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      last = error;
      if (attempt === settings.retries || !settings.shouldRetry(error, attempt)) break;
      await sleep(delayFor(attempt, settings), settings.signal);
    }
  }
  throw last;
}

class Limiter {
  constructor(width) {
    this.width = width;
    this.active = 0;
    this.waiting = [];
  }

  run(work) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ work, resolve, reject });
      this.next();
    });
  }

  next() {
    while (this.active < this.width && this.waiting.length) {
      const job = this.waiting.shift();
      this.active += 1;
      Promise.resolve().then(job.work).then(job.resolve, job.reject).finally(() => {
        this.active -= 1;
        this.next();
      });
    }
  }
}

module.exports = { retry, sleep, Limiter, delayFor };
