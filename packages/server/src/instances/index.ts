export type { Failure, Outcome } from './failure.ts';
export { CODES, cancelledFailure, systemFailure } from './failure.ts';
export type { InstanceAnswer, StartPhases } from './instance.ts';
export type { LaunchSpec } from './launch-spec.ts';
export type { Lease, PoolGauges, PoolLimits } from './pool.ts';
export { Pool } from './pool.ts';
export type { LinkLog } from './runtime-link/index.ts';
export type { SandboxCapabilities, SandboxDriver } from './sandbox/index.ts';
export { StartFailed, startInstance } from './start-instance.ts';
