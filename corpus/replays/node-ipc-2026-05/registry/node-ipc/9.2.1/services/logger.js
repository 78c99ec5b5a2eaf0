'use strict';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function serialise(value) {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  if (typeof value === 'bigint') return value.toString();
  return value;
}

function redact(record, keys) {
  if (!keys.length) return record;
  const out = {};
  for (const key of Object.keys(record)) out[key] = keys.includes(key) ? '[redacted]' : record[key];
  return out;
}

function createLogger(options) {
  const settings = Object.assign({ name: 'app', level: 'info', redact: [], stream: process.stdout, base: {} }, options);
  const threshold = LEVELS.indexOf(settings.level);
  if (threshold === -1) throw new RangeError('unknown level ' + settings.level);

  function write(level, fields, message) {
    if (LEVELS.indexOf(level) < threshold) return;
    const record = Object.assign({ time: new Date().toISOString(), level, name: settings.name }, settings.base);
    if (typeof fields === 'string') record.message = fields;
    else {
      for (const key of Object.keys(fields || {})) record[key] = serialise(fields[key]);
      record.message = message;
    }
    settings.stream.write(JSON.stringify(redact(record, settings.redact)) + '\n');
  }

  const logger = {
    child(base) {
      return createLogger(Object.assign({}, settings, { base: Object.assign({}, settings.base, base) }));
    },
    isLevelEnabled(level) {
      return LEVELS.indexOf(level) >= threshold;
    },
  };
  for (const level of LEVELS) logger[level] = write.bind(null, level);
  return logger;
}

module.exports = { createLogger, LEVELS, serialise };
