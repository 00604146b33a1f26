import type { Clock } from '../lib/clock.ts';
import type { PoolLimits } from './pool/pool-limits.ts';
import { LinkLimits } from './runtime-link/index.ts';
import type { SandboxDriver } from './sandbox/index.ts';
import type { LaunchSpec } from './start/launch-spec.ts';
import type { StartDeps } from './start/start-instance.ts';

export const TEST_LIMITS: PoolLimits = {
  freezeMs: 2_000,
  idleMs: 60_000,
  maxWaitMs: 5_000,
  maxWaiting: 3,
  maxStarts: 8,
  firstStarts: 8,
  memoryMb: 1024,
};

export const NO_CREDENTIALS = {
  accessKey: '',
  secretKey: '',
  securityAccessKey: '',
  securitySecretKey: '',
  securityToken: '',
  authToken: '',
};

/** What a start of an instance needs. Links are in `linkDir`. */
export function testStartDeps(driver: SandboxDriver, linkDir: string, clock: Clock): StartDeps {
  return { driver, linkDir, linkLimits: new LinkLimits(), clock, onLog: () => {}, httpStartMs: 10_000 };
}

/** A launch of function `f`, for tests of the pool. */
export function testSpec(change: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    key: 'f:1',
    functionKey: 'f',
    projectId: 'p',
    version: 'latest',
    maxInstances: 400,
    concurrency: 1,
    memoryMb: 128,
    tmpBytes: 2 ** 29,
    runtime: { signature: 'fake', command: ['/bin/true'], binds: [], workingDir: '/', bootEnv: {} },
    codeBinds: [],
    handler: 'index.handler',
    initializer: undefined,
    initializerTimeoutMs: 3000,
    codeRoot: '/opt/function/code',
    env: {},
    context: {
      projectId: 'p',
      package: 'default',
      functionName: 'f',
      version: 'latest',
      alias: '',
      memoryMb: 128,
      cpuMillis: 300,
      timeoutSeconds: 3,
      userData: {},
    },
    ...change,
  };
}
