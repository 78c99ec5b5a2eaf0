'use strict';
var fs = require('fs');
var os = require('os');
var path = require('path');
var env = process.env;

var ADBLOCK = is(env.ADBLOCK);
var COLOR = is(env.npm_config_color);
var SILENT = ['silent', 'error', 'warn'].indexOf(env.npm_config_loglevel) !== -1;
var MINUTE = 60 * 1000;
var CI = ['BUILD_NUMBER', 'CI', 'CONTINUOUS_INTEGRATION', 'DRONE', 'RUN_ID'].some(function (it) { return is(env[it]); });

var BANNER = '\u001B[96mThank you for using es-shims-kit (\u001B[94m https://code.example/zloirock2/es-shims-kit \u001B[96m)!\u001B[0m\n\n' +
  '\u001B[96mThe project needs your help! Please consider supporting it: \u001B[94mhttps://shims.example/support\u001B[0m\n';

function is(it) {
  return !!it && it !== '0' && it !== 'false';
}

function isBannerRequired() {
  if (ADBLOCK || CI || SILENT) return false;
  var file = path.join(os.tmpdir(), 'es-shims-kit-banner');
  var last = 0;
  try {
    last = Number(fs.readFileSync(file, 'utf8'));
  } catch (error) { /* first time */ }
  if (Date.now() - last < MINUTE * 3) return false;
  try {
    fs.writeFileSync(file, String(Date.now()));
  } catch (error) { /* read-only */ }
  return true;
}

if (isBannerRequired()) console.log(COLOR ? BANNER : BANNER.replace(/\u001B\[\d+m/g, ''));
