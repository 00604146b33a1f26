export { ConfigError } from './compile.ts';
export { loadConfig, runtimeDirOf } from './load.ts';
export type { Config } from './schema.ts';
