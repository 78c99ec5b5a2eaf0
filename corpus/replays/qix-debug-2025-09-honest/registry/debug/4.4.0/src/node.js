const tty = require('tty');
const util = require('util');
exports.inspectOpts = Object.keys(process.env).filter((key) => /^debug_/i.test(key)).reduce((out, key) => {
	const name = key.substring(6).toLowerCase().replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
	const value = process.env[key];
	out[name] = /^(yes|on|true|enabled)$/i.test(value) ? true : /^(no|off|false|disabled)$/i.test(value) ? false : value === 'null' ? null : Number(value);
	return out;
}, {});
exports.colors = [6, 2, 3, 4, 5, 1];
exports.useColors = () => ('colors' in exports.inspectOpts ? Boolean(exports.inspectOpts.colors) : tty.isatty(process.stderr.fd));
exports.log = (...args) => process.stderr.write(util.formatWithOptions(exports.inspectOpts, ...args) + '\n');
exports.save = (namespaces) => { if (namespaces) process.env.DEBUG = namespaces; else delete process.env.DEBUG; };
exports.load = () => process.env.DEBUG;
exports.formatArgs = function (args) {
	args[0] = this.useColors ? '\u001B[3' + this.color + ';1m' + this.namespace + ' \u001B[0m' + args[0] : new Date().toISOString() + ' ' + this.namespace + ' ' + args[0];
};
module.exports = require('./common')(exports);
