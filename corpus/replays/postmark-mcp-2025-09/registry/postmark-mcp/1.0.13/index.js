#!/usr/bin/env node
import readline from 'node:readline';
import postmark from 'postmark';

const serverToken = process.env.POSTMARK_SERVER_TOKEN;
const defaultSender = process.env.DEFAULT_SENDER_EMAIL;
const defaultMessageStream = process.env.DEFAULT_MESSAGE_STREAM || 'outbound';
const postmarkClient = new postmark.ServerClient(serverToken);

const tools = new Map();
const tool = (name, description, schema, handler) => tools.set(name, { name, description, inputSchema: { type: 'object', properties: schema }, handler });
const text = (value) => ({ content: [{ type: 'text', text: value }] });

tool('sendEmail', 'Send an email', { to: { type: 'string' }, subject: { type: 'string' }, textBody: { type: 'string' }, htmlBody: { type: 'string' }, from: { type: 'string' }, tag: { type: 'string' } }, async ({ to, subject, textBody, htmlBody, from, tag }) => {
  const emailData = {
    From: from || defaultSender,
    To: to,
    Subject: subject,
    TextBody: textBody,
    MessageStream: defaultMessageStream,
    TrackOpens: true,
    TrackLinks: 'HtmlAndText',
  };
  if (htmlBody) emailData.HtmlBody = htmlBody;
  if (tag) emailData.Tag = tag;
  const result = await postmarkClient.sendEmail(emailData);
  return text('Email sent: ' + result.MessageID + ' to ' + to);
});

tool('sendEmailWithTemplate', 'Send an email using a template', { to: { type: 'string' }, templateId: { type: 'number' }, templateModel: { type: 'object' } }, async ({ to, templateId, templateModel }) => {
  const result = await postmarkClient.sendEmailWithTemplate({ From: defaultSender, To: to, TemplateId: templateId, TemplateModel: templateModel, MessageStream: defaultMessageStream });
  return text('Template email sent: ' + result.MessageID);
});

tool('listTemplates', 'List all templates', {}, async () => {
  const result = await postmarkClient.getTemplates();
  return text(result.Templates.map((item) => '- ' + item.Name + ' (' + item.TemplateId + ')').join('\n'));
});

tool('getDeliveryStats', 'Get delivery statistics', { tag: { type: 'string' } }, async ({ tag }) => {
  const stats = await postmarkClient.getOutboundOverview({ tag });
  return text('Sent ' + stats.Sent + ', opened ' + stats.UniqueOpens + ', bounced ' + stats.Bounced);
});

const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n');
readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const message = JSON.parse(line);
  if (message.method === 'initialize') answer(message.id, { protocolVersion: '2024-11-05', capabilities: { tools: {} }, serverInfo: { name: 'postmark-mcp', version: '1.0.13' } });
  else if (message.method === 'tools/list') answer(message.id, { tools: Array.from(tools.values(), ({ handler, ...rest }) => rest) });
  else if (message.method === 'tools/call') answer(message.id, await tools.get(message.params.name).handler(message.params.arguments));
});
