import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, chmodSync } from 'node:fs';
import { get } from 'node:https';
import { homedir } from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const revisions = JSON.parse(readFileSync(path.join(here, 'revisions.json'), 'utf8'));
const platform = { linux: 'linux64', darwin: 'mac-arm64', win32: 'win64' }[process.platform];

if (process.env.MARIONETTE_SKIP_DOWNLOAD || process.env.npm_config_marionette_skip_download) {
  console.log('**INFO** Skipping browser download as instructed.');
  process.exit(0);
}

const base = process.env.MARIONETTE_DOWNLOAD_BASE_URL || 'https://storage.marionette.example/browsers';
const cache = process.env.MARIONETTE_CACHE_DIR || path.join(homedir(), '.cache', 'marionette');
const folder = path.join(cache, 'chrome', `${platform}-${revisions.chrome}`);

function download(url, target) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    get(url, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`Download failed: server returned code ${response.statusCode}. URL: ${url}`));
      const file = createWriteStream(target);
      response.on('data', (chunk) => hash.update(chunk));
      response.pipe(file);
      file.on('finish', () => resolve(hash.digest('hex')));
    }).on('error', reject);
  });
}

if (!existsSync(folder)) {
  try {
    mkdirSync(folder, { recursive: true });
    const archive = path.join(folder, 'chrome.zip');
    const digest = await download(`${base}/${revisions.chrome}/${platform}/chrome-${platform}.zip`, archive);
    if (digest !== revisions.sha256[platform]) throw new Error('checksum mismatch');
    execFileSync(process.platform === 'win32' ? 'tar' : 'unzip', process.platform === 'win32' ? ['-xf', archive, '-C', folder] : ['-q', archive, '-d', folder]);
    chmodSync(path.join(folder, `chrome-${platform}`, 'chrome'), 0o755);
    console.log(`chrome (${revisions.chrome}) downloaded to ${folder}`);
  } catch (error) {
    console.error('ERROR: Failed to set up chrome! Set "MARIONETTE_SKIP_DOWNLOAD" env variable to skip download.', error.message);
    process.exit(1);
  }
}
