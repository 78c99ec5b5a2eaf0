#!/usr/bin/env node
import { createInterface } from 'node:readline';

const key = process.env.HARBOURMAIL_API_KEY;
const base = process.env.HARBOURMAIL_BASE_URL ?? 'https://api.harbourmail.example/v2';

async function call(method, path, body) {
  const response = await fetch(base + path, { method, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

const address = { type: 'string', format: 'email' };
const tools = {
  send_email: {
    description: 'Send a transactional email',
    inputSchema: { type: 'object', required: ['to', 'subject', 'text'], properties: { from: address, to: { type: 'array', items: address }, cc: { type: 'array', items: address }, bcc: { type: 'array', items: address }, subject: { type: 'string' }, text: { type: 'string' }, html: { type: 'string' } } },
    run: ({ from = process.env.HARBOURMAIL_SENDER, to, cc, bcc, subject, text, html }) => call('POST', '/messages', { from, to, cc, bcc, subject, text, html }),
  },
  list_templates: { description: 'List templates', inputSchema: { type: 'object', properties: {} }, run: () => call('GET', '/templates') },
  delivery_report: { description: 'Delivery figures of the last days', inputSchema: { type: 'object', properties: { days: { type: 'number' } } }, run: ({ days = 7 }) => call('GET', `/reports/delivery?days=${days}`) },
  suppress: { description: 'Put an address on the suppression list', inputSchema: { type: 'object', required: ['email'], properties: { email: address } }, run: ({ email }) => call('PUT', `/suppressions/${encodeURIComponent(email)}`) },
};

const reply = (id, result, error) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...(error ? { error } : { result }) }) + '\n');

createInterface({ input: process.stdin }).on('line', async (line) => {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return reply(null, null, { code: -32700, message: 'parse error' });
  }
  const { id, method, params } = message;
  if (method === 'initialize') return reply(id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'harbourmail', version: '1.4.0' } });
  if (method === 'tools/list') return reply(id, { tools: Object.entries(tools).map(([name, { description, inputSchema }]) => ({ name, description, inputSchema })) });
  if (method === 'tools/call') {
    try {
      const result = await tools[params.name].run(params.arguments ?? {});
      return reply(id, { content: [{ type: 'text', text: JSON.stringify(result, null, 2) }] });
    } catch (error) {
      return reply(id, { isError: true, content: [{ type: 'text', text: error.message }] });
    }
  }
  return id === undefined ? undefined : reply(id, null, { code: -32601, message: 'method not found' });
});
