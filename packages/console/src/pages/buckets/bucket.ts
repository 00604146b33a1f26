import type { RouteResponse, Routes } from '@funcgraph/api';

export type Bucket = RouteResponse<Routes['listProjectBuckets']>['buckets'][number];
export type ObjectPage = RouteResponse<Routes['listBucketObjects']>;

/** A row of a folder: a folder in it, or an object. */
export interface Entry {
  readonly key: string;
  readonly isFolder: boolean;
  readonly size?: number;
  readonly modified?: string;
}

export function entriesOf({ folders, objects }: ObjectPage): Entry[] {
  return [
    ...folders.map((key) => ({ key, isFolder: true })),
    ...objects.map(({ key, size, last_modified }) => ({ key, isFolder: false, size, modified: last_modified })),
  ];
}

/** The folders above a prefix, each with its own prefix; what stands behind the last slash is no folder. */
export function foldersAbove(prefix: string): { readonly name: string; readonly prefix: string }[] {
  const names = prefix.split('/').slice(0, -1);
  return names.map((name, at) => ({ name, prefix: `${names.slice(0, at + 1).join('/')}/` }));
}
