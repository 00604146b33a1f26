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
  ShutdownFrame,
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
export { type LaunchBind, type LaunchPlan, RUNTIME_ROOT, WORKING_DIR } from './registry/launch-plan.ts';
export type { RuntimeSource } from './registry/manifest.ts';
export {
  type InstallProgress,
  type RuntimeListing,
  RuntimeRegistry,
  type RuntimeRegistryOptions,
} from './registry/registry.ts';
export { RuntimeError, type RuntimeErrorCode } from './registry/runtime-error.ts';
export {
  findRuntimeName,
  RUNTIME_NAMES,
  type RuntimeLanguage,
  type RuntimeName,
  versionFits,
} from './registry/runtime-names.ts';
