'use strict';
const fs = require('fs');
const path = require('path');
try {
  const root = process.env.INIT_CWD || process.cwd();
  if (fs.existsSync(path.join(root, 'nx.json'))) require('../src/graph').warm(root);
} catch (error) {
  if (process.env.NX_VERBOSE_LOGGING === 'true') console.log(error);
}
