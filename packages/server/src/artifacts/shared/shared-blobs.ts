import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PlatformError } from '../../lib/platform-error.ts';
import { StartupError } from '../../lib/startup-error.ts';

/**
 * Stored bytes by their SHA-256 in a place that servers share. Each server copies what it needs into its own store. A
 * removed blob stays in the trash for an hour and is found there too, so that a removal by one server never races an
 * upload by another one. When the place cannot be reached, methods throw `artifacts_unavailable`: only bytes that are
 * known to be missing are missing.
 */
export interface SharedBlobs {
  /** Throws `StartupError` when the place cannot be used, or belongs to another database. */
  start(): Promise<void>;
  /**
   * Copies a file to all servers; its bytes must have the digest. Stored durably when it resolves. Replaces stored bytes of
   * another size, which are damaged.
   */
  put(sha256: string, file: string): Promise<void>;
  /** Like `put`, for bytes that a version refers to: they need no new time, so stored ones of that size are not touched. */
  share(sha256: string, file: string): Promise<void>;
  /** Copies the bytes into a new file; false, with no file, when they are missing or damaged. */
  fetch(sha256: string, file: string): Promise<boolean>;
  /** Moves a blob that no version refers to into the trash. */
  discard(sha256: string): Promise<void>;
  /** Discards old blobs without references, empties the trash of the last hour, and gives back what is used again. */
  sweep(isReferenced: (sha256: string) => Promise<boolean>): Promise<void>;
}

/** Longer than any time between an upload and the commit of the version that refers to it. */
export const GRACE_MS = 60 * 60 * 1000;

const SHA256 = /^[0-9a-f]{64}$/;

export function isSha256(name: string): boolean {
  return SHA256.test(name);
}

/** In the place: the id of the database whose servers use it. Others would remove its blobs as unknown. */
export const OWNER = 'deployment';

export interface SharedBlobsOptions {
  /** Id of the database; without it no owner is compared. */
  readonly owner?: string | undefined;
}

export function belongsToOthers(place: string): StartupError {
  return new StartupError('artifacts', `the shared artifacts in ${place} are those of another database`, {
    hint: `Name another folder or prefix with --artifacts: servers remove code that their database does not know. If no server uses that other database any more, remove ${OWNER} there.`,
  });
}

export function unavailable(cause: unknown): PlatformError {
  return new PlatformError('artifacts_unavailable', 'the store that servers share for code cannot be reached', {
    hint: 'Try again later. The log of the server has the cause.',
    cause,
  });
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
