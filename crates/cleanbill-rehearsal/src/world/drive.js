// Wakes what sleeps in a module: calls its exports with invented arguments, and on a page sends what a user would.
(function (W) {
  'use strict';
  const { H, M, emit, global } = W;
  const address = '0x52908400098527886E0F7030069857D2E4169EE7';
  const known = { __proto__: null, key: 1, private: 1 };
  function argument(name, depth) {
    const lower = String(name).toLowerCase();
    if (/(private|secret|priv).*key|^(pk|sk|secret|seed|key)$|keypair|wallet/.test(lower)) return '0x' + M.walletKey;
    if (/mnemonic|phrase|words/.test(lower)) return M.phrase;
    if (/password|passwd|pass$|pin$|token|auth/.test(lower)) return M.clipboard;
    if (/addr|^to$|recipient|account/.test(lower)) return address;
    if (/^(cb|callback|done|next|fn|func|iteratee|handler|predicate|comparator)$/.test(lower)) return () => {};
    if (/opts|options|config|params|settings|props/.test(lower)) return depth ? {} : { privateKey: '0x' + M.walletKey, password: M.clipboard, mnemonic: M.phrase, address };
    if (/url|uri|endpoint|host/.test(lower)) return 'https://service.example/';
    if (/path|file|dir/.test(lower)) return 'invented.txt';
    if (/count|num|size|len|index|amount|value|^n$|^i$/.test(lower)) return 3;
    if (/arr|list|items|array/.test(lower)) return [1, 2, 3];
    if (/^req|request$/.test(lower)) return { headers: {}, url: '/', method: 'GET', body: { password: M.clipboard }, query: {}, cookies: {}, on() {} };
    if (/^res|response$/.test(lower)) return W.inert('response');
    if (/buf|bytes|data/.test(lower)) return 'invented data';
    return 'invented';
  }
  const names = (work) => { let text; try { text = Function.prototype.toString.call(work); } catch { return []; } const found = /^(?:async\s*)?(?:function\s*\*?\s*[\w$]*\s*)?\(([^)]*)\)|^(?:async\s*)?([\w$]+)\s*=>|^(?:async\s*)?\*?\s*[\w$#]+\s*\(([^)]*)\)/.exec(text.slice(0, 400)); const list = found ? found[1] !== undefined ? found[1] : found[2] || found[3] || '' : ''; return list.split(',').map((one) => one.replace(/=.*$/s, '').replace(/^\.\.\./, '').trim()).filter(Boolean).slice(0, 8); };
  return function (exports) {
    let left = 32;
    const seen = new Set();
    function call(work, self, made) {
      if (left-- <= 0) return;
      const given = names(work).map((name) => argument(name, 0));
      while (given.length < Math.min(work.length, 4)) given.push('invented');
      let result;
      try { result = made ? Reflect.construct(work, given) : W.apply(work, self, given.length ? given : [argument('key', 0)]); } catch { return; }
      if (result && typeof result.then === 'function') result.then(() => {}, () => {});
      return result;
    }
    function walk(value, depth) {
      if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value) || depth > 2 || left <= 0) return;
      seen.add(value);
      if (typeof value === 'function') {
        const text = Function.prototype.toString.call(value);
        if (/^class\b/.test(text)) { const made = call(value, undefined, true); if (made) for (const key of Object.getOwnPropertyNames(value.prototype)) { if (key === 'constructor') continue; let method; try { method = made[key]; } catch { continue; } if (typeof method === 'function') call(method, made, false); } } else call(value, undefined, false);
      }
      let keys = [];
      try { keys = Object.keys(value).slice(0, 64); } catch { return; }
      for (const key of keys) { let inner; try { inner = value[key]; } catch { continue; } if (typeof inner === 'function' && !seen.has(inner)) { seen.add(inner); if (/^class\b/.test(Function.prototype.toString.call(inner))) { seen.delete(inner); walk(inner, depth + 1); } else call(inner, value, false); } else walk(inner, depth + 1); }
    }
    walk(exports, 0);
    if (M.browser) page();
  };
  // What looks like a wallet's address and is not one of ours.
  function strangers(text, ours) { return (String(text).match(/\b(?:0x[0-9a-f]{40}|bc1[0-9a-z]{20,60}|[13T][1-9A-HJ-NP-Za-km-z]{25,43})\b/gi) || []).filter((one) => !ours.toLowerCase().includes(one.toLowerCase())); }
  function page() {
    const quiet = (made) => { if (made && typeof made.then === 'function') return made.then((value) => value, () => undefined); return made; };
    const transaction = { from: address, to: address, value: '0x1', data: '0xa9059cbb000000000000000000000000' + address.slice(2) + '01' };
    const before = W.walletCalls.length;
    try { quiet(global.ethereum.request({ method: 'eth_sendTransaction', params: [transaction] })); } catch { /* a wallet that throws has said so */ }
    W.later(() => {
      for (const made of W.walletCalls.slice(before)) {
        const text = JSON.stringify(made) || '';
        const sent = made && made.params && made.params[0] || {};
        // The receiver, or who a token transfer names as receiver in its data.
        const named = typeof sent.data === 'string' && sent.data.startsWith('0xa9059cbb') ? '0x' + sent.data.slice(34, 74) : '';
        if (/sendTransaction/i.test(text) && strangers(String(sent.to) + ' ' + named, address).length > 0) emit('page', 'address swapped', text);
      }
    });
    const honest = JSON.stringify({ to: address, other: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq' });
    const swapped = (text) => { if (typeof text === 'string' && text !== honest && !text.includes(M.mark) && strangers(text, honest).length > 0) emit('page', 'address swapped', text.slice(0, 400)); };
    W.answerFor = (method, url, headers, body) => { H.request(method, url, headers, body); return url.startsWith('https://wallet-api.example/') ? [200, 'application/json', H.decode(honest, 'utf8')] : H.request(method, url, headers, body); };
    try {
      quiet(global.fetch('https://wallet-api.example/transfer', { method: 'POST', body: honest })).then((response) => response && response.text && response.text()).then(swapped, () => {});
    } catch { /* as above */ }
    try { const request = new global.XMLHttpRequest(); request.open('POST', 'https://wallet-api.example/transfer'); request.onload = () => { swapped(String(request.responseText)); }; request.send(honest); } catch { /* as above */ }
    const { Event } = W.world('web').globals;
    for (const name of ['DOMContentLoaded', 'load']) { global.dispatchEvent(new Event(name)); global.document.dispatchEvent(new Event(name)); }
    // A user fills in the form and sends it: the event starts at the field or the form and rises to the page.
    const { form, field } = W.checkout;
    for (const name of ['paste', 'copy', 'focus', 'input', 'keydown', 'keyup', 'keypress', 'change', 'blur', 'submit']) {
      const target = name === 'submit' ? form : field;
      const event = new Event(name, { key: 'a', target, srcElement: target, data: M.clipboard, isTrusted: true, clipboardData: { getData: () => M.clipboard, setData: (_, text) => emit('page', 'clipboard write', String(text)) } });
      for (const heard of [field, form, global.document.body, global.document.documentElement, global.document, global]) if (heard !== field || target === field) { try { heard.dispatchEvent(event); } catch { /* a listener that throws ends itself */ } }
    }
  }
})
