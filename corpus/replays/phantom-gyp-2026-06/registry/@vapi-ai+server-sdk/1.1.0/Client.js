"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.VapiClient = void 0;
const http_1 = require("./core/http");
const retry_1 = require("./core/retry");
const deep_1 = require("./core/deep");
class Resource {
    constructor(client, name) {
        this.client = client;
        this.name = name;
    }
    list(params) { return this.client.call("GET", "/" + this.name, undefined, params); }
    get(id) { return this.client.call("GET", "/" + this.name + "/" + encodeURIComponent(id)); }
    create(body) { return this.client.call("POST", "/" + this.name, body); }
    update(id, body) { return this.client.call("PATCH", "/" + this.name + "/" + encodeURIComponent(id), body); }
    delete(id) { return this.client.call("DELETE", "/" + this.name + "/" + encodeURIComponent(id)); }
}
class VapiClient {
    constructor(options) {
        this.options = (0, deep_1.merge)({ environment: "https://api.vapi.example", maxRetries: 2 }, options);
        for (const name of ["assistants", "calls", "phoneNumbers", "tools", "files", "squads"]) this[name] = new Resource(this, name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase()));
    }
    call(method, place, data, params) {
        const token = typeof this.options.token === "function" ? this.options.token() : this.options.token;
        return (0, retry_1.retry)(() => (0, http_1.request)(this.options.environment + place, { method, data, params, headers: { authorization: "Bearer " + token } }), { retries: this.options.maxRetries }).then((answer) => answer.data);
    }
}
exports.VapiClient = VapiClient;
