// zlib: whole streams at once.
(function (W) {
  'use strict';
  const { H } = W;
  const { Transform } = W.use('stream');
  const Buffer_ = W.use('buffer').Buffer;
  const zlib = { constants: { Z_NO_FLUSH: 0, Z_SYNC_FLUSH: 2, Z_FINISH: 4, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, BROTLI_PARAM_QUALITY: 1, BROTLI_PARAM_MODE: 0, BROTLI_PARAM_SIZE_HINT: 5, BROTLI_OPERATION_FLUSH: 1 }, Z_SYNC_FLUSH: 2, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, codes: {}, crc32: (data) => { let crc = -1; for (const byte of W.bytesOf(data)) { crc ^= byte; for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0); } return (crc ^ -1) >>> 0; } };
  for (const [name, made] of [['gzip', 'Gzip'], ['gunzip', 'Gunzip'], ['deflate', 'Deflate'], ['inflate', 'Inflate'], ['deflateRaw', 'DeflateRaw'], ['inflateRaw', 'InflateRaw'], ['unzip', 'Unzip'], ['brotliCompress', 'BrotliCompress'], ['brotliDecompress', 'BrotliDecompress']]) {
    const work = (data) => { const out = H.squeeze(name, W.bytesOf(data)); return W.buffer(out); };
    zlib[name + 'Sync'] = work;
    zlib[name] = (data, options, done) => { if (typeof options === 'function') done = options; let out, error = null; try { out = work(data); } catch (caught) { caught.code = 'Z_DATA_ERROR'; error = caught; } W.later(done, error, out); };
    zlib['create' + made] = () => { const parts = []; return new Transform({ transform(data, encoding, next) { parts.push(W.bytesOf(data, encoding)); next(); }, flush(next) { try { next(null, work(Buffer_.concat(parts))); } catch (error) { next(error); } } }); };
    zlib[made] = zlib['create' + made];
  }
  return W.backed('zlib', zlib);
})
