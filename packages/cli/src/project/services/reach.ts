import { ApiError } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';

/** What drivers need to call the API. */
export interface Reach {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** Undefined when there is no such resource. */
export async function perhaps<T>(call: Promise<{ readonly data: T }>): Promise<T | undefined> {
  try {
    return (await call).data;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The results that exist, one call after another. */
export async function foundAmong<T>(
  names: readonly string[],
  find: (name: string) => Promise<T | undefined>,
): Promise<T[]> {
  const found: T[] = [];
  for (const name of names) {
    const one = await find(name);
    if (one !== undefined) found.push(one);
  }
  return found;
}
