import { join } from 'node:path';
import { FolderBlobs, S3Blobs, type SharedBlobs } from '../artifacts/index.ts';
import type { SharedPlace } from '../config/index.ts';

/**
 * What servers share in one part of their place; undefined when they share nothing. `owner` is the id of the database,
 * if it has one.
 */
export function sharedBlobs(
  shared: SharedPlace | undefined,
  owner: string | undefined,
  part?: string,
): SharedBlobs | undefined {
  if (shared === undefined) return undefined;
  if (shared.kind === 'folder') {
    return new FolderBlobs(part === undefined ? shared.folder : join(shared.folder, part), { owner });
  }
  const { place } = shared;
  return new S3Blobs(part === undefined ? place : { ...place, prefix: `${place.prefix}${part}/` }, { owner });
}
