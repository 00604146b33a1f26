import { expect, it } from 'vitest';
import type { DependencyVersion, FunctionSettings, FunctionState } from '../../control/index.ts';
import type { Caller, Iam } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { authorizeNamed, type NamingDeps } from './named-resources.ts';

const version = (id: string, dependencyId: string, projectId: string): DependencyVersion =>
  ({ id, dependencyId, projectId }) as DependencyVersion;
const VERSIONS = [
  version('public-1', 'public', '*'),
  version('private-1', 'private', 'p'),
  version('private-2', 'private', 'p'),
  version('attached-1', 'attached', 'p'),
];
const before = (): FunctionState =>
  ({
    fn: { package: 'default', name: 'one' },
    version: { config: { dependencies: ['attached-1'], agency: 'has' } },
  }) as unknown as FunctionState;

/** Rights that a body requires; none is granted, so the first refusal ends it. */
function requested(named: FunctionSettings, fn: FunctionState | undefined): string | undefined {
  let right: string | undefined;
  const refuse = (action: string): never => {
    right = action;
    throw new PlatformError('forbidden', action);
  };
  const deps: NamingDeps = {
    iam: {
      authorize: (_: Caller, { action }: { action: string }) => refuse(action),
      authorizePassing: () => refuse('iam:agencies:pass'),
      tenancy: { checkEnterpriseProject: () => {} },
    } as unknown as Iam,
    dependencies: {
      versionOf: (id) => VERSIONS.find((one) => one.id === id) ?? VERSIONS.findLast((one) => one.dependencyId === id),
      isPublic: ({ projectId }) => projectId === '*',
    },
  };
  const request = { caller: {} as Caller, peer: {}, projectId: 'p', ...(fn === undefined ? {} : { before: fn }) };
  try {
    authorizeNamed(deps, named, request);
  } catch (error) {
    expect(error).toBeInstanceOf(PlatformError);
  }
  return right;
}

const GET = 'functiongraph:dependency:get';

it.each<[string, FunctionSettings, string | undefined, string | undefined]>([
  ['no dependency', {}, undefined, undefined],
  ['an empty list', { dependencies: [] }, undefined, undefined],
  ['a public one', { dependencies: ['public-1'] }, undefined, undefined],
  ['a public package', { dependencies: ['public'] }, undefined, undefined],
  ['a private one', { dependencies: ['private-1'] }, GET, GET],
  ['a private package', { dependencies: ['private'] }, GET, GET],
  ['a private one behind others', { dependencies: ['public-1', 'attached-1', 'private-2'] }, GET, GET],
  ['an unknown one', { dependencies: ['unknown'] }, GET, GET],
  ['the one that the function has', { dependencies: ['attached-1'] }, GET, undefined],
  ['the package of the one that it has', { dependencies: ['attached', 'public-1'] }, GET, undefined],
  ['an agency', { agency: 'other' }, 'iam:agencies:pass', 'iam:agencies:pass'],
  ['the agency that it has', { agency: 'has' }, 'iam:agencies:pass', undefined],
  ['an enterprise project', { enterpriseProjectId: 'e' }, undefined, 'functiongraph:function:updateConfig'],
])('%s asks for the right to it when it is new', (_, body, ofNew, ofKnown) => {
  expect([requested(body, undefined), requested(body, before())]).toEqual([ofNew, ofKnown]);
});
