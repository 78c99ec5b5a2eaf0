'use strict';
const { parse, usage } = require('./args');
const { request } = require('./http');
const update = require('./update');
const { version } = require('../package.json');
exports.main = async (argv) => {
  const options = parse(argv, { string: ['token'] });
  const token = options.token || process.env.BRIGHTDEPLOY_TOKEN;
  switch (options._[0]) {
    case 'update': {
      const release = await update.check(version);
      return release ? update.install(release) : console.log('already at the newest version');
    }
    case 'deploy':
      return request('https://api.brightdeploy.example/v1/deployments', { method: 'POST', headers: { authorization: 'Bearer ' + token }, data: { project: options._[1] } });
    default:
      return console.log(usage('deployctl-cli', [['deploy NAME', 'deploy a project'], ['update', 'get the newest version']]));
  }
};
