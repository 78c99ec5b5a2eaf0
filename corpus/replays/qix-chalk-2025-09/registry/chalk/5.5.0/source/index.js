import process from 'node:process';
import tty from 'node:tty';

const STYLES = { reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], inverse: [7, 27], black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39], cyan: [36, 39], white: [37, 39], gray: [90, 39], bgRed: [41, 49], bgGreen: [42, 49], bgBlue: [44, 49] };
const levelOf = () => ('FORCE_COLOR' in process.env ? Number(process.env.FORCE_COLOR) || 1 : tty.isatty(1) ? 1 : 0);

const GENERATOR = Symbol('GENERATOR');
const STYLER = Symbol('STYLER');
const IS_EMPTY = Symbol('IS_EMPTY');

export class Chalk {
	constructor(options) {
		return chalkFactory(options);
	}
}

const chalkFactory = options => {
	const chalk = (...strings) => strings.join(' ');
	chalk.level = options?.level ?? levelOf();
	Object.setPrototypeOf(chalk, createChalk.prototype);
	return chalk;
};

function createChalk(options) {
	return chalkFactory(options);
}
Object.setPrototypeOf(createChalk.prototype, Function.prototype);

const createStyler = (open, close, parent) => ({open, close, openAll: (parent ? parent.openAll : '') + open, closeAll: close + (parent ? parent.closeAll : ''), parent});

const applyStyle = (self, string) => {
	if (self.level <= 0 || !string) return self[IS_EMPTY] ? '' : string;
	let styler = self[STYLER];
	if (styler === undefined) return string;
	const {openAll, closeAll} = styler;
	while (styler !== undefined) {
		string = string.replaceAll(styler.close, styler.open);
		styler = styler.parent;
	}
	return openAll + string + closeAll;
};

const createBuilder = (self, styler, isEmpty) => {
	const builder = (...arguments_) => applyStyle(builder, arguments_.length === 1 ? String(arguments_[0]) : arguments_.join(' '));
	Object.setPrototypeOf(builder, proto);
	builder[GENERATOR] = self;
	builder[STYLER] = styler;
	builder[IS_EMPTY] = isEmpty;
	return builder;
};

const styles = Object.create(null);
for (const [name, [open, close]] of Object.entries(STYLES)) {
	styles[name] = {
		get() {
			const builder = createBuilder(this, createStyler(`\u001B[${open}m`, `\u001B[${close}m`, this[STYLER]), this[IS_EMPTY]);
			Object.defineProperty(this, name, {value: builder});
			return builder;
		},
	};
}
const proto = Object.defineProperties(() => {}, {...styles, level: {enumerable: true, get() { return this[GENERATOR].level; }, set(level) { this[GENERATOR].level = level; }}});
Object.defineProperties(createChalk.prototype, styles);

const chalk = createChalk();
export default chalk;
