/** Why an invocation that ran did not succeed: the seven of the guide (3.7.2.2). */
export const CAUSES = ['init', 'load', 'system', 'timeout', 'memory', 'disk', 'code'] as const;
export type Cause = (typeof CAUSES)[number];

/** The result of a request: `rejected` never reached the function, because of a limit. */
export const RESULTS = ['success', 'failed', 'rejected'] as const;
export type InvocationResultKind = (typeof RESULTS)[number];

/** Empty for requests that succeeded, were rejected, or were cancelled by the caller. */
export function causeOf(outcome: string, component: string): Cause | '' {
  switch (outcome) {
    case 'init_failed':
      return 'init';
    case 'load_failed':
      return 'load';
    case 'timeout':
      return 'timeout';
    case 'memory_exceeded':
      return 'memory';
    case 'disk_exceeded':
      return 'disk';
    case 'function_error':
    case 'heartbeat':
      return 'code';
    case 'crashed':
      // an instance that was stopped because of another request is not a failure of this request's code
      return component === 'instance' ? 'system' : 'code';
    case 'ok':
    case 'throttled':
    case 'cancelled':
      return '';
    default:
      return 'system';
  }
}

export function resultOf(outcome: string): InvocationResultKind {
  if (outcome === 'ok') return 'success';
  return outcome === 'throttled' ? 'rejected' : 'failed';
}
