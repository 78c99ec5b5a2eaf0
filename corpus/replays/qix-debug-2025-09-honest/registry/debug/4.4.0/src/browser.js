exports.formatArgs = function (args) {
	args[0] = (this.useColors ? '%c' : '') + this.namespace + (this.useColors ? ' %c' : ' ') + args[0] + (this.useColors ? '%c ' : ' ') + '+' + module.exports.humanize(this.diff);
	if (this.useColors) args.splice(1, 0, 'color: ' + this.color, 'color: inherit');
};
exports.useColors = () => typeof document !== 'undefined' && 'WebkitAppearance' in document.documentElement.style;
exports.log = console.debug || console.log || (() => {});
exports.storage = (() => { try { return localStorage; } catch (error) { return null; } })();
exports.save = (namespaces) => { try { if (namespaces) exports.storage.setItem('debug', namespaces); else exports.storage.removeItem('debug'); } catch (error) {} };
exports.load = () => { try { return exports.storage.getItem('debug') || ''; } catch (error) { return ''; } };
exports.colors = ['#0000CC', '#0033FF', '#0099CC', '#00CC66', '#33CC00', '#6600CC', '#9900CC', '#CC0000', '#CC6600', '#FF3300', '#FF9900', '#FFCC00'];
module.exports = require('./common')(exports);
