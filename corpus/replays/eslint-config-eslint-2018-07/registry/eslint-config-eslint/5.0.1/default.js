'use strict';

const style = {
  'array-bracket-spacing': 'error', 'arrow-body-style': ['error', 'as-needed'], 'arrow-parens': ['error', 'as-needed'], 'arrow-spacing': 'error',
  indent: ['error', 4, { SwitchCase: 1 }], 'block-spacing': 'error', 'brace-style': ['error', '1tbs'], camelcase: 'error', 'comma-dangle': 'error',
  'comma-spacing': 'error', 'comma-style': ['error', 'last'], 'computed-property-spacing': 'error', curly: ['error', 'all'], 'dot-notation': ['error', { allowKeywords: true }],
  'eol-last': 'error', eqeqeq: 'error', 'func-call-spacing': 'error', 'key-spacing': ['error', { beforeColon: false, afterColon: true }],
  'keyword-spacing': 'error', 'new-parens': 'error', 'no-alert': 'error', 'no-eval': 'error', 'no-implied-eval': 'error', 'no-new-func': 'error',
  'no-multi-spaces': 'error', 'no-path-concat': 'error', 'no-process-exit': 'error', 'no-proto': 'error', 'no-script-url': 'error', 'no-shadow': 'error',
  'no-trailing-spaces': 'error', 'no-unused-vars': ['error', { vars: 'all', args: 'after-used' }], 'no-var': 'error', 'prefer-const': 'error', quotes: ['error', 'double'],
};

module.exports = { reportUnusedDisableDirectives: true, extends: ['eslint:recommended'], rules: style };
