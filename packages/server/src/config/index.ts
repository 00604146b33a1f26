export { ConfigError } from './compile.ts';
export {
  compileSettings,
  environmentAt,
  forgetSecrets,
  loadConfig,
  readSettings,
  runtimeDirOf,
  type Settings,
} from './load.ts';
export type { Config, ExternalS3Config, OidcConfig, OtlpConfig, SharedPlace } from './schema.ts';
