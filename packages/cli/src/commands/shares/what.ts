import type { RouteBody, Routes } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';

/** A shared resource, and the account or project it is shared with. */
export const SHARE_FLAGS = {
  filesystem: { type: 'text', placeholder: 'NAME', summary: 'file system that is shared' },
  network: { type: 'text', placeholder: 'NAME', summary: 'network that is shared' },
  image: { type: 'text', placeholder: 'NAME', summary: 'image that is shared, all its tags' },
  account: { type: 'text', placeholder: 'NAME', summary: 'account that may use it, in all its projects' },
  project: { type: 'text', placeholder: 'ID', summary: 'project that may use it' },
} as const;

type ShareFlags = { readonly [K in keyof typeof SHARE_FLAGS]: string | undefined };

/** The share that the flags name. Throws a usage error unless they name one resource and one holder. */
export function shareOf({ filesystem, network, image, account, project }: ShareFlags): RouteBody<Routes['addShare']> {
  const things = [
    { kind: 'file-system', name: filesystem },
    { kind: 'network', name: network },
    { kind: 'image', name: image },
  ] as const;
  const [thing, ...others] = things.filter(({ name }) => name !== undefined);
  if (thing?.name === undefined || others.length > 0) throw usageError('give one of --filesystem, --network, --image');
  if ((account === undefined) === (project === undefined)) throw usageError('give either --account or --project');
  const holder = account === undefined ? { project: project ?? '' } : { account };
  return { kind: thing.kind, name: thing.name, ...holder };
}
