export { AsyncConfigStore } from './async-config/async-config-store.ts';
export { AsyncConfigs } from './async-config/async-configs.ts';
export type { AsyncConfig, AsyncPolicy, Destination } from './async-config/types.ts';
export { Catalog, type FunctionFacts, type VersionSnapshot } from './catalog.ts';
export { FunctionStore, type ProjectUsage } from './functions/function-store.ts';
export { Functions, type FunctionsOptions, PROJECT_QUOTA } from './functions/functions.ts';
export { MASK } from './functions/parse-config.ts';
export { functionUrn } from './functions/snapshot.ts';
export type { FunctionName, FunctionState, Kept, Runtimes } from './functions/types.ts';
