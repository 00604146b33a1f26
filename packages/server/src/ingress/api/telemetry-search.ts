import { PlatformError } from '../../lib/platform-error.ts';

/**
 * Throws `invalid_request` for a cursor that no earlier page returned. The search runs in a thread, so its errors are
 * recognized by code.
 */
export async function found<T>(search: Promise<T>): Promise<T> {
  try {
    return await search;
  } catch (error) {
    const { code, hint } = error as { readonly code?: unknown; readonly hint?: string };
    if (!(error instanceof Error) || (code !== 'telemetry.cursor' && code !== 'telemetry.query')) throw error;
    throw new PlatformError('invalid_request', error.message, { hint, cause: error });
  }
}
