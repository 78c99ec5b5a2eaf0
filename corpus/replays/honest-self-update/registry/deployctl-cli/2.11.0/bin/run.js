#!/usr/bin/env node
require('../lib').main(process.argv.slice(2));
