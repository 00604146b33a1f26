import type { ErrorCode } from '@funcgraph/api';
import { PlatformError } from './platform-error.ts';

/** The code with which work is refused, `fine` when it succeeds. Throws errors that are no refusals. */
export async function refusal(work: Promise<unknown>): Promise<ErrorCode | 'fine'> {
  try {
    await work;
    return 'fine';
  } catch (error) {
    if (error instanceof PlatformError) return error.code;
    throw error;
  }
}
