import type { RouteResponse, Routes } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Context, defineCommand, type FlagValues, usageError } from '../../framework/index.ts';
import { findAgency, findEnterpriseProject, findGroup, findPolicy, findProject } from './find.ts';

const FLAGS = {
  group: { type: 'text', placeholder: 'NAME', summary: 'the group that gets it' },
  agency: { type: 'text', placeholder: 'NAME', summary: 'the agency that gets it' },
  project: { type: 'text', placeholder: 'NAME', summary: 'only in this project; else in all of the account' },
  'enterprise-project': { type: 'text', placeholder: 'NAME', summary: 'only for resources of this enterprise project' },
  ...CONNECTION_FLAGS,
} as const;
const POLICY = [{ name: 'policy', summary: 'name or id of the policy' }] as const;

/** A policy and where it counts, for people. */
export function grantText(grant: RouteResponse<Routes['createGrant']>): string {
  if (grant.project_id !== undefined) return `${grant.role_name} (project ${grant.project_id})`;
  if (grant.enterprise_project_id !== undefined) {
    return `${grant.role_name} (enterprise project ${grant.enterprise_project_id})`;
  }
  return grant.role_name;
}

async function read(flags: FlagValues<typeof FLAGS>, policy: string, context: Context) {
  const { group, agency, project, 'enterprise-project': enterprise } = flags;
  if ((group === undefined) === (agency === undefined)) throw usageError('one of --group and --agency is needed');
  if (project !== undefined && enterprise !== undefined) {
    throw usageError('--project and --enterprise-project cannot be used together');
  }
  const { client } = await connect(flags, context);
  const where = { client, signal: context.signal };
  const role = await findPolicy(where, policy);
  const body = {
    role_id: role.id,
    ...(group === undefined ? {} : { group_id: (await findGroup(where, group)).id }),
    ...(agency === undefined ? {} : { agency_id: (await findAgency(where, agency)).id }),
    ...(project === undefined ? {} : { project_id: (await findProject(where, project)).id }),
    ...(enterprise === undefined ? {} : { enterprise_project_id: (await findEnterpriseProject(where, enterprise)).id }),
  };
  return { client, body, name: role.name, holder: group ?? agency };
}

export const grantPolicy = defineCommand({
  name: 'iam policies grant',
  summary: 'Grant a policy to a group or an agency',
  flags: FLAGS,
  args: POLICY,
  examples: [
    "fgs iam policies grant 'FunctionGraph CommonOperations' --group developers --project default",
    'fgs iam policies grant one-function --agency reader',
  ],
  async run({ flags, args }, context) {
    const { client, body, name, holder } = await read(flags, args.policy, context);
    const { data } = await client.call('createGrant', { body, signal: context.signal });
    return { kind: 'message', text: `${name}: granted to ${holder}`, data };
  },
});

export const withdrawPolicy = defineCommand({
  name: 'iam policies withdraw',
  summary: 'Revoke a policy of a group or an agency',
  flags: FLAGS,
  args: POLICY,
  examples: ["fgs iam policies withdraw 'FunctionGraph FullAccess' --group developers"],
  async run({ flags, args }, context) {
    const { client, body, name, holder } = await read(flags, args.policy, context);
    await client.call('deleteGrant', { body, signal: context.signal });
    return { kind: 'message', text: `${name}: revoked from ${holder}`, data: body };
  },
});
