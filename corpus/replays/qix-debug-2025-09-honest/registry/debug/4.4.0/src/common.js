function setup(env) {
	createDebug.debug = createDebug;
	createDebug.default = createDebug;
	createDebug.coerce = (value) => (value instanceof Error ? value.stack || value.message : value);
	createDebug.disable = disable;
	createDebug.enable = enable;
	createDebug.enabled = enabled;
	createDebug.humanize = require('ms');
	Object.keys(env).forEach((key) => {
		createDebug[key] = env[key];
	});
	createDebug.names = [];
	createDebug.skips = [];
	createDebug.formatters = {};

	function selectColor(namespace) {
		let hash = 0;
		for (let i = 0; i < namespace.length; i++) hash = ((hash << 5) - hash + namespace.charCodeAt(i)) | 0;
		return createDebug.colors[Math.abs(hash) % createDebug.colors.length];
	}
	createDebug.selectColor = selectColor;

	function createDebug(namespace) {
		let previous;
		let override = null;
		function debug(...args) {
			if (!debug.enabled) return;
			const now = Date.now();
			debug.diff = now - (previous || now);
			previous = now;
			args[0] = createDebug.coerce(args[0]);
			if (typeof args[0] !== 'string') args.unshift('%O');
			let index = 0;
			args[0] = args[0].replace(/%([a-zA-Z%])/g, (match, format) => {
				if (match === '%%') return '%';
				index++;
				const formatter = createDebug.formatters[format];
				if (typeof formatter !== 'function') return match;
				const result = formatter.call(debug, args[index]);
				args.splice(index, 1);
				index--;
				return result;
			});
			createDebug.formatArgs.call(debug, args);
			(debug.log || createDebug.log).apply(debug, args);
		}
		debug.namespace = namespace;
		debug.useColors = createDebug.useColors();
		debug.color = createDebug.selectColor(namespace);
		debug.extend = (name, mark) => createDebug(namespace + (mark === undefined ? ':' : mark) + name);
		Object.defineProperty(debug, 'enabled', { enumerable: true, configurable: false, get: () => (override === null ? createDebug.enabled(namespace) : override), set: (value) => { override = value; } });
		return debug;
	}

	function enable(namespaces) {
		createDebug.save(namespaces);
		createDebug.names = [];
		createDebug.skips = [];
		for (const part of (typeof namespaces === 'string' ? namespaces : '').split(/[\s,]+/).filter(Boolean)) {
			if (part[0] === '-') createDebug.skips.push(part.slice(1));
			else createDebug.names.push(part);
		}
	}

	function matches(search, template) {
		const source = template.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*?');
		return new RegExp('^' + source + '$').test(search);
	}

	function disable() {
		const namespaces = [...createDebug.names, ...createDebug.skips.map((name) => '-' + name)].join(',');
		createDebug.enable('');
		return namespaces;
	}

	function enabled(name) {
		if (createDebug.skips.some((skip) => matches(name, skip))) return false;
		return createDebug.names.some((wanted) => matches(name, wanted));
	}

	createDebug.enable(createDebug.load());
	return createDebug;
}

module.exports = setup;
