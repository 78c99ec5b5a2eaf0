const fs = require('fs');
const path = require('path');
const os = require('os');
module.exports = load;
function load(dir) { return require(load.resolve(dir)); }
load.resolve = load.path = function (dir) {
  const root = path.resolve(dir || '.');
  const places = [path.join(root, 'build', 'Release'), path.join(root, 'build', 'Debug'), path.join(root, 'prebuilds', os.platform() + '-' + os.arch())];
  for (const place of places) {
    const found = fs.existsSync(place) ? fs.readdirSync(place).find((name) => /\.node$/.test(name)) : null;
    if (found) return path.join(place, found);
  }
  throw new Error('No native build was found for platform=' + os.platform() + ' arch=' + os.arch() + ' in ' + root);
};
