export { ConfigError } from './compile.ts';
export { loadConfig } from './load.ts';
export type { Config } from './schema.ts';
