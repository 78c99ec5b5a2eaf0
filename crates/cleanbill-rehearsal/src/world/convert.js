// Values as the world's modules need them: bytes, texts and paths from whatever the code hands over, and errors with codes.
(function (W) {
  'use strict';
  const { H } = W;
  const bytesOf = (value, encoding) => {
    if (typeof value === 'string') return H.decode(value, encoding || 'utf8');
    if (value instanceof Uint8Array) return value;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (value === undefined || value === null) return new Uint8Array(0);
    if (value && typeof value === 'object' && typeof value.pipe !== 'function' && !Array.isArray(value)) {
      try { return H.decode(String(JSON.stringify(value)), 'utf8'); } catch { return new Uint8Array(0); }
    }
    return H.decode(String(value), 'utf8');
  };
  const textOf = (value) => (typeof value === 'string' ? value : H.encode(bytesOf(value), 'utf8'));
  const pathOf = (value) => {
    if (typeof value === 'string') return value;
    if (value && typeof value === 'object' && typeof value.href === 'string') return H.encode(H.decode(decodeURIComponent(value.pathname || ''), 'utf8'), 'utf8').replace(/^\/([A-Za-z]:)/, '$1');
    if (value instanceof Uint8Array) return H.encode(value, 'utf8');
    if (typeof value === 'number') return '/dev/fd/' + value;
    const error = new TypeError('The "path" argument must be of type string or an instance of Buffer or URL. Received ' + typeof value);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  };
  const words = { ENOENT: 'no such file or directory', EEXIST: 'file already exists', EISDIR: 'illegal operation on a directory', ENOTDIR: 'not a directory', EACCES: 'permission denied' };
  const systemError = (code, call, path) => {
    const error = new Error(code + ': ' + words[code] + ', ' + call + (path === undefined ? '' : " '" + path + "'"));
    error.code = code; error.errno = -2; error.syscall = call; error.path = path;
    return error;
  };
  return { bytesOf, textOf, pathOf, systemError };
})
