#!/usr/bin/env node
require('../lib').main(process.argv.slice(2)).catch((error) => { console.error(error.message); process.exitCode = 1; });
