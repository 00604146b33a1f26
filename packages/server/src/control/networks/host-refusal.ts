import type { ErrorCode } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';

/** The machine's refusal as an error for the caller; any other error is our own fault and is returned unchanged. */
export function hostRefusal(error: unknown, codes: Readonly<Record<string, ErrorCode>>): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const code = codes[error.code];
  if (code === undefined) return error;
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  return new PlatformError(code, error.message, { hint, cause: error });
}

export function exists(what: string): PlatformError {
  return new PlatformError('resource_exists', `${what} exists`);
}

/** `user` is the URN of one version, `others` the number of more. */
export function inUse(what: string, user: string, others: number): PlatformError {
  const more = others === 0 ? '' : ` and ${others} more`;
  return new PlatformError('resource_in_use', `${what} is used by ${user}${more}`, {
    hint: 'Change or delete these functions first.',
  });
}
