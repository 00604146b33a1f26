import type { FileSystem } from './types.ts';

/** A folder as its path, an NFS export as `host:/path`. `sourceOf` is the reverse. */
export function locationOf(source: FileSystem['source']): string {
  return source.kind === 'folder' ? source.path : `${source.host}:${source.export}`;
}

export function sourceOf(kind: string, location: string): FileSystem['source'] {
  if (kind !== 'nfs') return { kind: 'folder', path: location };
  const colon = location.indexOf(':');
  return { kind: 'nfs', host: location.slice(0, colon), export: location.slice(colon + 1) };
}
