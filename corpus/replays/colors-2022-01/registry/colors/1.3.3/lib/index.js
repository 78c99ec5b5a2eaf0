var colors = require('./color');
var level = colors.supportsColor(process.stdout, process.env);
module.exports = colors.create(level);
module.exports.zalgo = require('./custom/trap');
require('./extend')(module.exports);
