export interface Options { path?: string | string[]; encoding?: string; override?: boolean; processEnv?: Record<string, string | undefined>; DOTENV_KEY?: string; }
export declare function parse(src: string | Buffer): Record<string, string>;
export declare function config(options?: Options): { parsed?: Record<string, string>; error?: Error };
