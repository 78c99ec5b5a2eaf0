const fs = require('fs');
const path = require('path');
const os = require('os');
const crypto = require('crypto');

const LINE = /(?:^|^)\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?(?:$|$)/mg;

function parse(src) {
  const obj = {};
  const lines = src.toString().replace(/\r\n?/mg, '\n');
  let match;
  while ((match = LINE.exec(lines)) != null) {
    const key = match[1];
    let value = (match[2] || '').trim();
    const quote = value[0];
    value = value.replace(/^(['"`])([\s\S]*)\1$/mg, '$2');
    if (quote === '"') value = value.replace(/\\n/g, '\n').replace(/\\r/g, '\r');
    obj[key] = value;
  }
  return obj;
}

function resolveHome(file) {
  return file[0] === '~' ? path.join(os.homedir(), file.slice(1)) : file;
}

function decrypt(encrypted, keyStr) {
  const key = Buffer.from(keyStr.slice(-64), 'hex');
  const bytes = Buffer.from(encrypted, 'base64');
  const box = crypto.createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  box.setAuthTag(bytes.subarray(-16));
  return `${box.update(bytes.subarray(12, -16))}${box.final()}`;
}

function populate(target, parsed, override) {
  for (const key of Object.keys(parsed)) {
    if (!Object.prototype.hasOwnProperty.call(target, key) || override) target[key] = parsed[key];
  }
}

function config(options = {}) {
  const files = [].concat(options.path || path.resolve(process.cwd(), '.env')).map(resolveHome);
  const parsed = {};
  let error;
  for (const file of files) {
    try {
      const text = fs.readFileSync(file, { encoding: options.encoding || 'utf8' });
      Object.assign(parsed, parse(options.DOTENV_KEY ? decrypt(text, options.DOTENV_KEY) : text));
    } catch (e) {
      error = e;
    }
  }
  populate(options.processEnv || process.env, parsed, options.override);
  return error ? { parsed, error } : { parsed };
}

module.exports = { config, parse, populate, decrypt };
