'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { merge } = require('./deep');
const own = path.join(os.homedir(), '.quill', 'settings.json');
const read = (file) => { try { return JSON.parse(fs.readFileSync(file, 'utf8')); } catch (error) { return {}; } };
const write = (file, value) => { fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, JSON.stringify(value, null, 2) + '\n'); };
exports.load = () => merge({ model: 'quill-large', approval: 'ask', mcpServers: {} }, read(own), read(path.join(process.cwd(), '.quill', 'settings.json')));
exports.set = (key, value) => write(own, merge(read(own), { [key]: value }));
exports.addServer = (name, command, args) => write(own, merge(read(own), { mcpServers: { [name]: { command, args } } }));
exports.joinEditor = (editor) => {
  const file = { cursor: path.join(os.homedir(), '.cursor', 'mcp.json'), vscode: path.join(process.cwd(), '.vscode', 'mcp.json') }[editor];
  if (!file) throw new Error('unknown editor ' + editor);
  write(file, merge(read(file), { mcpServers: { quill: { command: 'quill', args: ['mcp', 'serve'] } } }));
  return file;
};
