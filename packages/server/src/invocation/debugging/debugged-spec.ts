import type { LaunchSpec } from '../../instances/index.ts';

/** For the debugger and the process that leads to it. */
const DEBUGGER_MB = 128;
const INITIALIZER_MS = 60 * 60_000;
const ENDING = ':debugged';

/** The only instance of a version that is debugged. Nothing is asked of it that stopped code could not answer. */
export function debuggedSpec(spec: LaunchSpec, debug: NonNullable<LaunchSpec['debug']>): LaunchSpec {
  const { heartbeat: _, preStop: __, ...rest } = spec;
  return {
    ...rest,
    key: `${spec.key}${ENDING}`,
    maxInstances: spec.maxInstances === 0 ? 0 : 1,
    concurrency: 1,
    memoryMb: spec.memoryMb + DEBUGGER_MB,
    initializerTimeoutMs: INITIALIZER_MS,
    debug,
  };
}

export function isDebuggedKey(key: string): boolean {
  return key.endsWith(ENDING);
}
