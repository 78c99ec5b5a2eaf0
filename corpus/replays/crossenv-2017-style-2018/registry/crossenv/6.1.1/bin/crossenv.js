#!/usr/bin/env node
'use strict';
require('cross-env')(process.argv.slice(2));
