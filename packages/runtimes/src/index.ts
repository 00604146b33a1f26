export type {
  Credentials,
  FunctionContext,
  ImageStart,
  InitFrame,
  InstanceFrame,
  InvokeFrame,
  LogLevel,
  ServerFrame,
  ShutdownFrame,
} from './protocol/frames.ts';
export { MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_LOG_BYTES, PROTOCOL_VERSION } from './protocol/frames.ts';
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
