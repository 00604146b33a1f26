export { ConfigError } from './compile.ts';
export { forgetSecrets, loadConfig, runtimeDirOf } from './load.ts';
export type { Config } from './schema.ts';
