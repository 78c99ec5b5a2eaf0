"use strict";

const includeDeprecated = !process.env.ESLINT_CONFIG_PRETTIER_NO_DEPRECATED;
const specialRule = 0;
const always = [
  "array-bracket-newline", "array-bracket-spacing", "array-element-newline", "arrow-parens", "arrow-spacing", "block-spacing", "brace-style", "comma-dangle", "comma-spacing", "comma-style",
  "computed-property-spacing", "dot-location", "eol-last", "func-call-spacing", "function-call-argument-newline", "function-paren-newline", "generator-star-spacing", "implicit-arrow-linebreak",
  "indent", "jsx-quotes", "key-spacing", "keyword-spacing", "linebreak-style", "max-statements-per-line", "multiline-ternary", "new-parens", "newline-per-chained-call", "no-extra-parens",
  "no-extra-semi", "no-floating-decimal", "no-mixed-spaces-and-tabs", "no-multi-spaces", "no-multiple-empty-lines", "no-trailing-spaces", "no-whitespace-before-property", "object-curly-newline",
  "object-curly-spacing", "object-property-newline", "one-var-declaration-per-line", "operator-linebreak", "padded-blocks", "quote-props", "rest-spread-spacing", "semi", "semi-spacing", "semi-style",
  "space-before-blocks", "space-before-function-paren", "space-in-parens", "space-infix-ops", "space-unary-ops", "switch-colon-spacing", "template-curly-spacing", "template-tag-spacing", "wrap-iife", "wrap-regex", "yield-star-spacing",
];
const deprecated = ["indent-legacy", "no-spaced-func", "react/jsx-space-before-closing"];

const rules = { curly: specialRule, "no-unexpected-multiline": specialRule, quotes: specialRule, "lines-around-comment": specialRule, "max-len": specialRule, "no-confusing-arrow": specialRule, "no-mixed-operators": specialRule, "no-tabs": specialRule };
for (const name of always) rules[name] = "off";
if (includeDeprecated) for (const name of deprecated) rules[name] = "off";

module.exports = { rules };
