import { createRequire } from 'node:module';
import net from 'node:net';
const require = createRequire(import.meta.url);
const { Emitter } = require('./services/events.js');

export class IPC extends Emitter {
  constructor(config) {
    super();
    this.config = Object.assign({ appspace: 'app.', socketRoot: '/run/ipc/', id: 'world', encoding: 'utf8', delimiter: '\f' }, config);
  }
  connectTo(id, path) {
    return net.connect({ path: path || this.config.socketRoot + this.config.appspace + id });
  }
}
export default new IPC();
