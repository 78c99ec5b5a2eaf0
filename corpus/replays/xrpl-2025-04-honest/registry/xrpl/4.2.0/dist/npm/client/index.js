"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Client = void 0;
const http_1 = require("../utils/http");
const retry_1 = require("../utils/retry");
class Client {
    constructor(server, options = {}) {
        this.server = server;
        this.options = Object.assign({ timeout: 20000, retries: 3 }, options);
        this.nextId = 0;
    }
    async request(command) {
        const body = { method: command.command, params: [Object.assign({ id: (this.nextId += 1) }, command)] };
        const answer = await (0, retry_1.retry)(() => (0, http_1.request)(this.server, { method: 'POST', data: body, timeout: this.options.timeout }), { retries: this.options.retries });
        if (answer.data.result.status === 'error') throw new Error(answer.data.result.error_message);
        return answer.data;
    }
    async autofill(transaction) {
        const account = await this.request({ command: 'account_info', account: transaction.Account });
        const fee = await this.request({ command: 'fee' });
        return Object.assign({ Sequence: account.result.account_data.Sequence, Fee: fee.result.drops.open_ledger_fee, Flags: 0 }, transaction);
    }
    async submit(blob) {
        return this.request({ command: 'submit', tx_blob: blob });
    }
}
exports.Client = Client;
