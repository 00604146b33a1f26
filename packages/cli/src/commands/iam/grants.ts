import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import {
  type Command,
  type Context,
  type FlagSpecs,
  type FlagValues,
  flag,
  usageError,
} from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { findAgency, findEnterpriseProject, findGroup, findProject, POLICY } from './find.ts';

const FLAGS = {
  group: flag.text('NAME', 'the group that gets it'),
  agency: flag.text('NAME', 'the agency that gets it'),
  project: flag.text('NAME', 'only in this project; else in all of the account'),
  'enterprise-project': flag.text('NAME', 'only for resources of this enterprise project'),
} as const satisfies FlagSpecs;

/** A policy and where it counts, for people. */
export function grantText(grant: RouteResponse<Routes['createGrant']>): string {
  if (grant.project_id !== undefined) return `${grant.role_name} (project ${grant.project_id})`;
  if (grant.enterprise_project_id !== undefined) {
    return `${grant.role_name} (enterprise project ${grant.enterprise_project_id})`;
  }
  return grant.role_name;
}

/** A policy, looked up only for flags that name one holder and one place. */
const GRANTED_POLICY: typeof POLICY = {
  ...POLICY,
  find(text, lookup) {
    const { group, agency, project, 'enterprise-project': enterprise } = lookup.flags;
    if ((group === undefined) === (agency === undefined)) throw usageError('one of --group and --agency is needed');
    if (project !== undefined && enterprise !== undefined) {
      throw usageError('--project and --enterprise-project cannot be used together');
    }
    return POLICY.find(text, lookup);
  },
};

async function scopeOf(flags: FlagValues<typeof FLAGS>, { client }: Connection, { signal }: Context) {
  const { group, agency, project, 'enterprise-project': enterprise } = flags;
  const where = { client, signal };
  return {
    ...(group === undefined ? {} : { group_id: (await findGroup(where, group)).id }),
    ...(agency === undefined ? {} : { agency_id: (await findAgency(where, agency)).id }),
    ...(project === undefined ? {} : { project_id: (await findProject(where, project)).id }),
    ...(enterprise === undefined ? {} : { enterprise_project_id: (await findEnterpriseProject(where, enterprise)).id }),
  };
}

export const grants: readonly Command[] = [
  operation('iam policies grant', 'createGrant', {
    summary: 'Grant a policy to a group or an agency',
    args: [GRANTED_POLICY],
    flags: FLAGS,
    fields: scopeOf,
    examples: [
      "fgs iam policies grant 'FunctionGraph CommonOperations' --group developers --project default",
      'fgs iam policies grant one-function --agency reader',
    ],
    text: (_, { policy }, { group, agency }) => `${policy.name}: granted to ${group ?? agency}`,
  }),
  operation('iam policies withdraw', 'deleteGrant', {
    summary: 'Revoke a policy of a group or an agency',
    args: [GRANTED_POLICY],
    flags: FLAGS,
    fields: scopeOf,
    examples: ["fgs iam policies withdraw 'FunctionGraph FullAccess' --group developers"],
    text: (_, { policy }, { group, agency }) => `${policy.name}: revoked from ${group ?? agency}`,
    data: (_, { policy, ...scope }) => ({ role_id: policy.id, ...scope }),
  }),
];
