export declare class Wallet { readonly publicKey: string; readonly privateKey: string; static fromSeed(seed: string): Wallet; sign(transaction: object): { tx_blob: string; hash: string }; }
export declare class Client { constructor(server: string); request(command: object): Promise<unknown>; }
