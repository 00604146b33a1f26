export { entryOf } from './languages/handlers.ts';
export type { Language, LanguageId, LaunchBind, LaunchPlan, Runtime } from './languages/language.ts';
export { RUNTIME_ROOT, WORKING_DIR } from './languages/launch.ts';
export { findRuntime, handlerFits, LANGUAGES, languageOf, MAX_HANDLER_CHARS } from './languages/runtimes.ts';
export { RuntimeError, type RuntimeErrorCode } from './programs/runtime-error.ts';
export type {
  BodyFrame,
  CancelFrame,
  Credentials,
  CreditFrame,
  FunctionContext,
  ImageStart,
  InitFrame,
  InstanceFrame,
  InvokeFrame,
  LogLevel,
  ServerFrame,
  StreamHead,
} from './protocol/frames.ts';
export {
  CHUNK_COST_BYTES,
  MAX_BODY_BYTES,
  MAX_CHUNK_BYTES,
  MAX_HEADER_BYTES,
  MAX_LOG_BYTES,
  PROTOCOL_VERSION,
  STREAM_WINDOW_BYTES,
} from './protocol/frames.ts';
export type { RuntimeSource } from './registry/manifest.ts';
export {
  type InstallProgress,
  type RuntimeListing,
  RuntimeRegistry,
  type RuntimeRegistryOptions,
} from './registry/registry.ts';
