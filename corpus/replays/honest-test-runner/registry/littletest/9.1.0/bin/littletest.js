#!/usr/bin/env node
'use strict';
require('../lib').main(process.argv.slice(2)).then((failed) => { process.exitCode = failed ? 1 : 0; });
