import type { RouteResponse, Routes } from '@funcgraph/api';

type Image = RouteResponse<Routes['listImages']>['images'][number];
type Share = Pick<RouteResponse<Routes['listShares']>['shares'][number], 'kind' | 'name' | 'account' | 'project'>;

export interface ImageRow {
  readonly id: string;
  /** Empty for an image that functions use under a name that is gone. */
  readonly name: string;
  /** The name without its tag or digest: shares are about all of its tags. */
  readonly repository: string;
  readonly image: Image;
  /** Accounts and projects. */
  readonly sharedWith: readonly string[];
}

/** A row for each name of each image, with the accounts and projects that may use it. */
export function imageRows(images: readonly Image[], shares: readonly Share[]): ImageRow[] {
  return images.flatMap((image) =>
    (image.names.length === 0 ? [''] : image.names).map((name) => {
      const repository = withoutTag(name);
      const sharedWith = shares
        .filter((share) => share.kind === 'image' && share.name === repository)
        .map(({ account, project }) => account ?? project ?? '');
      return { id: image.id, name, repository, image, sharedWith };
    }),
  );
}

/** `host:5000/app:v1` and `host:5000/app@sha256:…` become `host:5000/app`. */
export function withoutTag(name: string): string {
  const [path = ''] = name.split('@');
  const colon = path.lastIndexOf(':');
  return colon > path.lastIndexOf('/') ? path.slice(0, colon) : path;
}
