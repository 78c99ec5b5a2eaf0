'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { request } = require('./http');
const { Limiter } = require('./retry');
const { maxSatisfying } = require('./semver');
const { parse } = require('./args');
const tarball = require('./tarball');
const scripts = require('./scripts');

class Project {
  constructor(root, options) {
    this.root = root;
    this.registry = options.registry.replace(/\/?$/, '/');
    this.token = options.token;
    this.allowed = options.allowScripts || [];
    this.limiter = new Limiter(16);
    this.packuments = new Map();
  }
  packument(name) {
    if (!this.packuments.has(name)) this.packuments.set(name, this.limiter.run(() => request(this.registry + name.replace('/', '%2f'), { headers: this.token ? { authorization: 'Bearer ' + this.token } : {} })).then((answer) => answer.data));
    return this.packuments.get(name);
  }
  async install(name, range, folder) {
    const document = await this.packument(name);
    const version = document['dist-tags'][range] || maxSatisfying(Object.keys(document.versions), range);
    if (!version) throw new Error('no version of ' + name + ' satisfies ' + range);
    const manifest = document.versions[version];
    const place = path.join(folder, 'node_modules', name);
    if (fs.existsSync(path.join(place, 'package.json'))) return;
    const bytes = Buffer.from((await this.limiter.run(() => request(manifest.dist.tarball))).data);
    tarball.verify(bytes, manifest.dist.integrity);
    tarball.extract(bytes, place);
    await Promise.all(Object.entries(manifest.dependencies || {}).map(([child, wanted]) => this.install(child, wanted, this.root)));
    await scripts.run(manifest, place, this.allowed);
  }
}

exports.main = async function main(argv) {
  const options = parse(argv, { string: ['registry'] });
  const file = path.join(os.homedir(), '.npmrc');
  const config = fs.existsSync(file) ? Object.fromEntries(fs.readFileSync(file, 'utf8').split('\n').map((line) => line.split(/=(.*)/s)).filter((pair) => pair.length > 1)) : {};
  const registry = options.registry || config.registry;
  if (!registry) throw new Error('name a registry with --registry');
  const project = new Project(process.cwd(), { registry, token: config[registry.replace(/^https?:/, '') + ':_authToken'] });
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
  for (const [name, range] of Object.entries(manifest.dependencies || {})) await project.install(name, range, project.root);
};
exports.Project = Project;
