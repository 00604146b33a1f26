import { cpuMillisFor, LIMITS } from '@funcgraph/api';

export const CODE_ROOT = '/opt/function/code';

export interface RuntimeEnvInput {
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  readonly version: string;
  readonly handler: string;
  readonly initializer: string | undefined;
  readonly initializerTimeoutSeconds: number;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly userData: Readonly<Record<string, string>>;
}

/** The reserved variables of a function process (guide table 3-16, and table 3-3 for custom runtimes), then the user's own. */
export function runtimeEnv(input: RuntimeEnvInput): Record<string, string> {
  return {
    ...input.userData,
    RUNTIME_PROJECT_ID: input.projectId,
    RUNTIME_PACKAGE: input.package,
    RUNTIME_FUNC_NAME: input.name,
    RUNTIME_FUNC_VERSION: input.version,
    RUNTIME_HANDLER: input.handler,
    RUNTIME_TIMEOUT: String(input.timeoutSeconds),
    RUNTIME_USERDATA: JSON.stringify(input.userData),
    RUNTIME_CPU: String(cpuMillisFor(input.memoryMb)),
    RUNTIME_MEMORY: String(input.memoryMb),
    RUNTIME_MAX_RESP_BODY_SIZE: String(LIMITS.resultBytes),
    ...(input.initializer === undefined
      ? {}
      : {
          RUNTIME_INITIALIZER_HANDLER: input.initializer,
          RUNTIME_INITIALIZER_TIMEOUT: String(input.initializerTimeoutSeconds),
        }),
    RUNTIME_ROOT: '/home/snuser/runtime',
    RUNTIME_CODE_ROOT: CODE_ROOT,
    RUNTIME_LOG_DIR: '/home/snuser/log',
  };
}
