#!/usr/bin/env node
"use strict";
const { rules } = require("..");
const used = process.argv.slice(2).filter((word) => Object.prototype.hasOwnProperty.call(rules, word));
console.log(used.length ? "The following rules are unnecessary or might conflict with Prettier:\n\n- " + used.join("\n- ") : "No rules that are unnecessary or conflict with Prettier were found.");
process.exitCode = used.length ? 2 : 0;
