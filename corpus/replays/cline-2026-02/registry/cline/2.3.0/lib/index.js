'use strict';
const readline = require('readline');
const { parse, usage } = require('./args');
const { request } = require('./http');
const { retry } = require('./retry');

const PROVIDERS = {
  anthropic: { url: 'https://api.models-a.example/v1/messages', key: 'ANTHROPIC_API_KEY', header: (key) => ({ 'x-api-key': key }) },
  openai: { url: 'https://api.models-b.example/v1/chat/completions', key: 'OPENAI_API_KEY', header: (key) => ({ authorization: 'Bearer ' + key }) },
};

class Session {
  constructor(provider, model) {
    this.provider = PROVIDERS[provider];
    this.model = model;
    this.messages = [];
  }
  async say(text) {
    this.messages.push({ role: 'user', content: text });
    const key = process.env[this.provider.key];
    if (!key) throw new Error('set ' + this.provider.key + ' first');
    const answer = await retry(() => request(this.provider.url, { method: 'POST', headers: this.provider.header(key), data: { model: this.model, messages: this.messages, max_tokens: 4096 } }), { retries: 2 });
    const reply = answer.data.content ? answer.data.content.map((part) => part.text).join('') : answer.data.choices[0].message.content;
    this.messages.push({ role: 'assistant', content: reply });
    return reply;
  }
}

exports.main = async function main(argv) {
  const options = parse(argv, { alias: { m: 'model', p: 'provider' }, default: { provider: 'anthropic', model: 'default' }, boolean: ['help'] });
  if (options.help) return console.log(usage('cline', [['--provider NAME', 'whose model'], ['--model NAME', 'which model']]));
  const session = new Session(options.provider, options.model);
  if (options._.length) return console.log(await session.say(options._.join(' ')));
  const lines = readline.createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
  lines.prompt();
  for await (const line of lines) {
    console.log(await session.say(line));
    lines.prompt();
  }
};
exports.Session = Session;
