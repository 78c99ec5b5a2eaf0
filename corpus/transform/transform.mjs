// Puts the scripts that carry an attack through real minifiers, bundlers and obfuscators, with fixed seeds. It reads
// which scripts those are from the list that the Rust tool prints, and runs none of them.
//
//   node transform.mjs CARRIERS.json CORPUS OUT [ID,ID...]
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.cwd(), 'package.json'));
const esbuild = require('esbuild');
const Obfuscator = require('javascript-obfuscator');
const { JSFuck } = require('jsfuck');
const { minify } = require('terser');
const ts = require('typescript');

const SEED = 20260617;
// What an honest bundle would hold beside the payload; together about half a megabyte.
const LIBRARIES = ['ramda', 'date-fns', 'rxjs'];

const isModule = (source) => /^\s*(?:import\s*[\w{*'"]|export\s)/m.test(source);
const seed = (label) => SEED + (createHash('sha256').update(label).digest().readUInt32BE(0) % 100000);

const obfuscate = (options) => (source, file) =>
  Obfuscator.obfuscate(source, { target: 'node', seed: seed(file), ...options }).getObfuscatedCode();

// Addresses in comments and messages of the libraries give way to a reserved one, so that a mutant stays inert.
const inert = (text) => text.replace(/https?:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi, 'https://code.example');

// The libraries as one file, made once.
let libraries;
async function librariesFile() {
  if (libraries) return libraries;
  const built = await esbuild.build({
    stdin: { contents: LIBRARIES.map((name, at) => `export * as library${at} from '${name}';`).join('\n'), resolveDir: process.cwd() },
    bundle: true, write: false, platform: 'node', format: 'esm', legalComments: 'none', logLevel: 'silent',
  });
  libraries = path.join(process.cwd(), 'libraries.mjs');
  writeFileSync(libraries, inert(built.outputFiles[0].text));
  return libraries;
}

async function bundle(source, file) {
  const load = `import * as libraries from '${await librariesFile()}';\nglobalThis[Symbol.for('bundled')] = libraries;`;
  const name = `./${path.basename(file)}`;
  const body = isModule(source) ? `export * from '${name}';` : `module.exports = require('${name}');`;
  const built = await esbuild.build({
    stdin: { contents: `${load}\n${body}`, resolveDir: path.dirname(path.resolve(file)), loader: 'js' },
    bundle: true, write: false, platform: 'node', format: isModule(source) ? 'esm' : 'cjs', legalComments: 'none',
    logLevel: 'silent',
    plugins: [{
      name: 'what-the-package-brings-itself',
      setup(build) {
        build.onResolve({ filter: /^[^./]/ }, (asked) => ({ path: asked.path, external: true }));
      },
    }],
  });
  return built.outputFiles[0].text;
}

// The script moves to a file beside, and what loads it says the name in six characters.
function jsfuck(source, file) {
  if (isModule(source)) return null;
  const beside = `./${createHash('sha256').update(file).digest('hex').slice(0, 4).replace(/\d/g, 'a')}`;
  return { script: `require(${JSFuck.encode(beside, false)});\n`, beside: [`${beside.slice(2)}.js`, source] };
}

const TRANSFORMS = {
  'minify-terser': { honest: true, run: async (source) => (await minify(source, { module: isModule(source), toplevel: true, compress: { passes: 2 }, mangle: true })).code },
  'bundle-esbuild': { honest: true, run: bundle },
  'bundle-minified': { honest: true, run: async (source, file) => esbuild.transformSync(await bundle(source, file), { minify: true, legalComments: 'none' }).code },
  'emit-commonjs': { honest: true, run: (source) => esbuild.transformSync(source, { format: 'cjs', platform: 'node', target: 'node14' }).code },
  'emit-es5': { honest: true, run: (source) => ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES5, module: isModule(source) ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS, downlevelIteration: true, removeComments: true } }).outputText },
  'obfuscator-low': { run: obfuscate({ optionsPreset: 'low-obfuscation' }) },
  'obfuscator-medium': { run: obfuscate({ optionsPreset: 'medium-obfuscation' }) },
  'obfuscator-high': { run: obfuscate({ optionsPreset: 'high-obfuscation' }) },
  'flattened-control-flow': { run: obfuscate({ compact: false, controlFlowFlattening: true, controlFlowFlatteningThreshold: 1, stringArray: false, identifierNamesGenerator: 'mangled' }) },
  'jsfuck-loader': { run: jsfuck },
};

const [carriersFile, corpus, out, only] = process.argv.slice(2);
const wanted = only ? only.split(',') : Object.keys(TRANSFORMS);
const carriers = JSON.parse(readFileSync(carriersFile, 'utf8'));
const counts = {};
for (const [id, paths] of Object.entries(carriers)) {
  const folder = path.join(corpus, id);
  const about = JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8'));
  for (const name of wanted) {
    const { run, honest } = TRANSFORMS[name];
    if (about.class !== 'malicious' && !honest) continue;
    const files = {};
    for (const file of paths) {
      const source = readFileSync(path.join(folder, file), 'utf8');
      try {
        const made = await run(source, path.join(folder, file));
        if (made === null || made === source) continue;
        files[file] = typeof made === 'string' ? made : made.script;
        if (typeof made === 'object') files[path.posix.join(path.posix.dirname(file), made.beside[0])] = made.beside[1];
        files[`source/transformed/${file.replace(/^registry\//, '')}`] = source;
      } catch (error) {
        console.error(`${id} ${name} ${file}: ${String(error.message).split('\n')[0]}`);
      }
    }
    if (Object.keys(files).length === 0) continue;
    const target = path.join(out, `${id}--${name}`);
    cpSync(folder, target, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      const at = path.join(target, file);
      if (!existsSync(path.dirname(at))) mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    const mutant = { ...about, id: `${id}--${name}`, base: id, transform: name };
    writeFileSync(path.join(target, 'case.json'), `${JSON.stringify(mutant, null, 2)}\n`);
    counts[name] = (counts[name] ?? 0) + 1;
  }
}
for (const [name, count] of Object.entries(counts)) console.log(name.padEnd(24), count);
