'use strict';
const { parse, usage } = require('./lib/args');
const { render } = require('./lib/table');

class Cmd {
  constructor(parent) {
    this.parent = parent || null;
    this.options = [];
    this.arguments = [];
    this.commands = new Map();
    this.work = null;
  }
  name(text) { this.title = text; return this; }
  helpful() { return this.opt({ name: 'help', short: 'h', flag: true, title: 'Help' }); }
  opt(option) { this.options.push(option); return this; }
  arg(argument) { this.arguments.push(argument); return this; }
  cmd(name) {
    const child = new Cmd(this);
    this.commands.set(name, child);
    return child;
  }
  act(work) { this.work = work; return this; }
  end() { return this.parent; }
  usage() { return usage(this.title || 'command', this.options.map((option) => ['--' + option.name, option.title || ''])); }
  help() { return render(Array.from(this.commands.keys()).map((name) => [name, this.commands.get(name).title || ''])); }
  run(argv) {
    const words = argv || process.argv.slice(2);
    const child = this.commands.get(words[0]);
    if (child) return child.run(words.slice(1));
    const alias = {};
    for (const option of this.options) if (option.short) alias[option.short] = option.name;
    const given = parse(words, { alias, boolean: this.options.filter((option) => option.flag).map((option) => option.name) });
    if (given.help) return console.log(this.usage());
    return this.work ? this.work(given, given._) : undefined;
  }
}
module.exports = { Cmd, Command: (name) => new Cmd().name(name) };
