import type { JsonObject } from '../../queue/index.ts';

export const ASYNC_TOPIC = 'async';

/** What an accepted async invocation carries beside its event. Settled at acceptance, whatever changes later. */
export interface AsyncAttributes {
  readonly urn: string;
  readonly maxRetries: number;
  readonly memoryChoice: string | undefined;
  /** Where an alias sends it that has two versions; each attempt goes the same way. */
  readonly toAdditional: boolean;
}

export function writeAttributes(attributes: AsyncAttributes): JsonObject {
  const { urn, maxRetries, memoryChoice, toAdditional } = attributes;
  return { urn, maxRetries, memoryChoice: memoryChoice ?? null, ...(toAdditional ? { toAdditional } : {}) };
}

/** Throws when the stored object is not one that `writeAttributes` made. */
export function readAttributes(stored: JsonObject): AsyncAttributes {
  const { urn, maxRetries, memoryChoice } = stored;
  if (typeof urn !== 'string' || typeof maxRetries !== 'number')
    throw new Error('a queued message is not an async invocation');
  return {
    urn,
    maxRetries,
    memoryChoice: typeof memoryChoice === 'string' ? memoryChoice : undefined,
    toAdditional: stored.toAdditional === true,
  };
}
