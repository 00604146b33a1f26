import type { ApiError } from '@funcgraph/api';

/** Exit codes are a promise to scripts; `fgs --help` lists them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  refused: 3,
  denied: 4,
  unreachable: 5,
  functionFailed: 6,
  different: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failure, 'the platform or this machine failed'],
  [EXIT.usage, 'the command line is wrong'],
  [EXIT.refused, 'the server refused the request (4xx)'],
  [EXIT.denied, 'not authenticated, or not allowed'],
  [EXIT.unreachable, 'the server cannot be reached'],
  [EXIT.functionFailed, 'the function itself failed'],
  [EXIT.different, 'fgs diff found differences'],
];

/** Quota refusals have status 403 too, but are not about permission: they count as `refused`. */
export function exitCodeOf(error: ApiError): ExitCode {
  if (error.status === 0) return EXIT.unreachable;
  if (error.status === 401) return EXIT.denied;
  if (error.status === 403 && (error.code === 'FSS.0403' || error.code.startsWith('HTTP.'))) return EXIT.denied;
  if (error.status >= 400 && error.status < 500) return EXIT.refused;
  return EXIT.failure;
}
