import { join } from 'node:path';
import { FolderBlobs, S3Blobs, type SharedBlobs } from '../artifacts/index.ts';
import type { SharedPlace } from '../config/index.ts';

/** What servers share in one part of their place; undefined when they share nothing. */
export function sharedBlobs(shared: SharedPlace | undefined, part?: string): SharedBlobs | undefined {
  if (shared === undefined) return undefined;
  if (shared.kind === 'folder') return new FolderBlobs(part === undefined ? shared.folder : join(shared.folder, part));
  const { place } = shared;
  return new S3Blobs(part === undefined ? place : { ...place, prefix: `${place.prefix}${part}/` });
}
