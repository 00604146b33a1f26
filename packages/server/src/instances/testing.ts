import type { LaunchSpec } from './start/launch-spec.ts';

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
