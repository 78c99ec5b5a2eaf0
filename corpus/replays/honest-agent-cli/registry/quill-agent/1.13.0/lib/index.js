'use strict';
const { parse, usage } = require('./args');
const { request } = require('./http');
const { retry } = require('./retry');
const settings = require('./settings');
const tools = require('./tools');
async function converse(prompt) {
  const config = settings.load();
  const kit = tools.create(process.cwd(), config);
  const messages = [{ role: 'user', content: prompt }];
  for (let round = 0; round < 30; round += 1) {
    const answer = await retry(() => request('https://api.quill.example/v1/messages', { method: 'POST', headers: { authorization: 'Bearer ' + process.env.QUILL_API_KEY }, data: { model: config.model, messages, tools: Object.keys(kit) } }), { retries: 3 });
    messages.push(answer.data.message);
    const calls = answer.data.message.calls || [];
    if (!calls.length) return answer.data.message.text;
    for (const call of calls) messages.push({ role: 'tool', id: call.id, content: String(await kit[call.name](call.input)) });
  }
  return 'stopped after 30 rounds';
}
exports.main = async (argv) => {
  const options = parse(argv, { boolean: ['help'] });
  const [command, ...rest] = options._.map(String);
  if (command === 'config') return settings.set(rest[0], rest[1]);
  if (command === 'mcp' && rest[0] === 'add') return settings.addServer(rest[1], rest[2], rest.slice(3));
  if (command === 'editor') return console.log('added to ' + settings.joinEditor(rest[0]));
  if (!command || options.help) return console.log(usage('quill', [['PROMPT', 'say what to do'], ['config KEY VALUE', 'set an option'], ['editor NAME', 'join an editor']]));
  return console.log(await converse(options._.join(' ')));
};
