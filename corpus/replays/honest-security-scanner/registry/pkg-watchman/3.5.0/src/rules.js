'use strict';
const indicators = require('./indicators.json');
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
module.exports = [
  { id: 'eval-of-decoded', severity: 'high', test: /eval\s*\(\s*(?:atob|Buffer\.from)\s*\(/ },
  { id: 'function-constructor', severity: 'medium', test: /new Function\s*\(\s*['"]require['"]/ },
  { id: 'env-to-network', severity: 'high', test: /JSON\.stringify\(process\.env\)[\s\S]{0,400}https?\.request/ },
  { id: 'child-process-shell', severity: 'low', test: /child_process['"]\)\.exec(?:Sync)?\(/ },
  { id: 'obfuscator', severity: 'medium', test: /_0x[a-f0-9]{4,6}/ },
  { id: 'invisible-text', severity: 'high', test: /[\u{e0100}-\u{e01ef}]{8,}|[\u3164\uffa0]{4,}/u },
  { id: 'hidden-right', severity: 'medium', test: /[ \t]{250,}\S/ },
  { id: 'known-host', severity: 'critical', test: new RegExp(indicators.hosts.map(escape).join('|')) },
  { id: 'credential-file', severity: 'medium', test: new RegExp(indicators.files.map((name) => escape(name.replace('~/', ''))).join('|')) },
  { id: 'known-command', severity: 'high', test: new RegExp(indicators.commands.map(escape).join('|')) },
  ...Object.entries(indicators.campaigns).map(([name, marks]) => ({ id: 'campaign:' + name, severity: 'critical', test: new RegExp(marks.map(escape).join('|')) })),
];
