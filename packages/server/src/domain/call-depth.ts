/** How many functions may call each other one after another because of one call from outside. */
export const MAX_DEPTH = 16;

/**
 * The depth of a call that an instance makes: one more than that of the request that made it. The temporary key of a request
 * carries it as `keyDepth`, but code may keep the key of an earlier request: then the deepest running one counts.
 */
export function depthOfCall(keyDepth: number | undefined, running: readonly number[]): number {
  if (running.length === 0) return keyDepth ?? 0;
  if (keyDepth !== undefined && running.includes(keyDepth - 1)) return keyDepth;
  return Math.max(...running) + 1;
}
