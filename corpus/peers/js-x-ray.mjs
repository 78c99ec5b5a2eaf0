// Shows every script of every archive to js-x-ray and prints its warnings by case. It reads archives and runs nothing.
//   node js-x-ray.mjs CASES.json
import { readFileSync } from 'node:fs';
import { AstAnalyser } from '@nodesecure/js-x-ray';
import { list } from 'tar';

// js-x-ray 16 asks for a function that Node.js has from version 24 on.
RegExp.escape ??= (text) => String(text).replace(/[^\w]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
// The package does not export its manifest, so the lockfile of the installation says which version this is.
const installed = JSON.parse(readFileSync(new URL('node_modules/.package-lock.json', import.meta.url), 'utf8'));
const version = installed.packages['node_modules/@nodesecure/js-x-ray'].version;

const cases = {};
for (const [id, archives] of Object.entries(JSON.parse(readFileSync(process.argv[2], 'utf8')))) {
  cases[id] = [];
  for (const file of archives) {
    const scripts = [];
    list({ file, sync: true, onReadEntry: (entry) => {
      if (!/\.(?:js|cjs|mjs)$/.test(entry.path)) return;
      const parts = [];
      entry.on('data', (part) => parts.push(part));
      entry.on('end', () => scripts.push([entry.path, Buffer.concat(parts).toString('utf8')]));
    } });
    for (const [path, source] of scripts) {
      try {
        const { warnings } = new AstAnalyser().analyse(source);
        cases[id].push(...warnings.map(({ kind, severity }) => ({ path, kind, severity })));
      } catch (error) {
        cases[id].push({ path, kind: 'not-analysed', severity: 'None', error: String(error.message).slice(0, 200) });
      }
    }
  }
}
console.log(JSON.stringify({ version, cases }));
