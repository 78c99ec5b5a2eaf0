'use strict';
function value(input) {
  if (input === null || input === undefined) return '<value><nil/></value>';
  if (typeof input === 'boolean') return '<value><boolean>' + (input ? 1 : 0) + '</boolean></value>';
  if (typeof input === 'number') return Number.isInteger(input) ? '<value><int>' + input + '</int></value>' : '<value><double>' + input + '</double></value>';
  if (Buffer.isBuffer(input)) return '<value><base64>' + input.toString('base64') + '</base64></value>';
  if (input instanceof Date) return '<value><dateTime.iso8601>' + input.toISOString().replace(/-|\.\d+Z/g, '') + '</dateTime.iso8601></value>';
  if (Array.isArray(input)) return '<value><array><data>' + input.map(value).join('') + '</data></array></value>';
  if (typeof input === 'object') return '<value><struct>' + Object.keys(input).map((name) => '<member><name>' + escape(name) + '</name>' + value(input[name]) + '</member>').join('') + '</struct></value>';
  return '<value><string>' + escape(String(input)) + '</string></value>';
}
function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
exports.methodCall = (name, params) => '<?xml version="1.0"?><methodCall><methodName>' + name + '</methodName><params>' + params.map((item) => '<param>' + value(item) + '</param>').join('') + '</params></methodCall>';
exports.methodResponse = (result) => '<?xml version="1.0"?><methodResponse><params><param>' + value(result) + '</param></params></methodResponse>';
exports.fault = (code, text) => '<?xml version="1.0"?><methodResponse><fault>' + value({ faultCode: code, faultString: text }) + '</fault></methodResponse>';
