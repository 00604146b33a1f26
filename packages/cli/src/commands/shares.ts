import type { RouteBody, Routes } from '@funcgraph/api';
import { type FlagSpecs, type FlagValues, flag, type Noun, usageError } from '../framework/index.ts';
import { operation } from '../operations/index.ts';

/** A shared resource, and the account or project it is shared with. */
const SHARE_FLAGS = {
  filesystem: flag.text('NAME', 'file system that is shared'),
  network: flag.text('NAME', 'network that is shared'),
  image: flag.text('NAME', 'image that is shared, all its tags'),
  account: flag.text('NAME', 'account that may use it, in all its projects'),
  project: flag.text('ID', 'project that may use it'),
} as const satisfies FlagSpecs;

type Share = RouteBody<Routes['addShare']>;

/** The share that the flags name. Throws a usage error unless they name one resource and one holder. */
function shareOf({ filesystem, network, image, account, project }: FlagValues<typeof SHARE_FLAGS>): Share {
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

export const shares: Noun = {
  name: 'shares',
  summary: 'Shares of file systems, networks and images with other accounts',
  commands: [
    operation('shares add', 'addShare', {
      summary: 'Let another account or project use a file system, a network or an image of the machine',
      flags: SHARE_FLAGS,
      fields: shareOf,
      examples: [
        'fgs shares add --filesystem models --account other-team',
        'fgs shares add --image swr.example.com/team/resize --account other-team',
      ],
      text: (_, { kind, name, account, project }) => `${kind} ${name}: shared with ${account ?? project}`,
      data: (_, share) => share,
    }),
    operation('shares list', 'listShares', {
      summary: 'Accounts and projects that may use resources of the machine',
      examples: ['fgs shares list'],
      rows: (answer) =>
        answer.shares.map((share) => ({
          ...share,
          holder: share.account === undefined ? `project ${share.project}` : `account ${share.account}`,
        })),
      columns: { kind: 'KIND', name: 'NAME', holder: 'SHARED WITH', created_at: 'SINCE' },
      none: 'nothing is shared',
    }),
    operation('shares remove', 'removeShare', {
      flags: SHARE_FLAGS,
      fields: shareOf,
      examples: ['fgs shares remove --network backend --account other-team'],
      text: (_, { kind, name, account, project }) => `${kind} ${name}: no longer shared with ${account ?? project}`,
      data: (_, share) => share,
    }),
  ],
};
