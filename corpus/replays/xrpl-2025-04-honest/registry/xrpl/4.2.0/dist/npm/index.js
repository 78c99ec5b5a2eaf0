"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Client = exports.Wallet = void 0;
const Wallet_1 = require("./Wallet");
Object.defineProperty(exports, "Wallet", { enumerable: true, get: function () { return Wallet_1.Wallet; } });
const client_1 = require("./client");
Object.defineProperty(exports, "Client", { enumerable: true, get: function () { return client_1.Client; } });
