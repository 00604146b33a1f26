import type { Client } from '@funcgraph/api';
import { CliError, type Context, EXIT, usageError } from '../../framework/index.ts';
import type { Argument } from '../../operations/index.ts';

interface Found {
  readonly id: string;
  readonly name: string;
}

interface Where {
  readonly client: Client;
  readonly signal: AbortSignal;
}

function pick(what: string, text: string, all: readonly Found[]): Found {
  const found = all.find((one) => one.id === text) ?? all.find((one) => one.name === text);
  if (found !== undefined) return found;
  throw new CliError(`there is no ${what} ${JSON.stringify(text)}`, {
    code: 'CLI.NOT_FOUND',
    exitCode: EXIT.refused,
    hint: `List them with: fgs iam ${what.replace(/y$/, 'ie')}s list`,
  });
}

/** By name or id. Throws `CLI.NOT_FOUND`. */
export async function findUser({ client, signal }: Where, text: string): Promise<Found> {
  return pick('user', text, (await client.call('listUsers', { signal })).data.users);
}

/** By name or id. Throws `CLI.NOT_FOUND`. */
export async function findGroup({ client, signal }: Where, text: string): Promise<Found> {
  return pick('group', text, (await client.call('listGroups', { signal })).data.groups);
}

/** By name or id. Throws `CLI.NOT_FOUND`. */
export async function findAgency({ client, signal }: Where, text: string): Promise<Found> {
  return pick('agency', text, (await client.call('listAgencies', { signal })).data.agencies);
}

/** By name or id. Throws `CLI.NOT_FOUND`. */
export async function findProject({ client, signal }: Where, text: string): Promise<Found> {
  return pick('project', text, (await client.call('listProjects', { signal })).data.projects);
}

/** By name or id. Throws `CLI.NOT_FOUND`. */
export async function findAccount({ client, signal }: Where, text: string): Promise<Found> {
  return pick('account', text, (await client.call('listAccounts', { signal })).data.domains);
}

/** By name or id. Throws `CLI.NOT_FOUND`. */
export async function findEnterpriseProject({ client, signal }: Where, text: string): Promise<Found> {
  const { data } = await client.call('listEnterpriseProjects', { signal });
  return pick('enterprise-project', text, data.enterprise_projects);
}

/** Of the account or of every account, by name or id. Throws `CLI.NOT_FOUND`. */
export async function findPolicy({ client, signal }: Where, text: string): Promise<Found> {
  const system = await client.call('listPolicies', { signal });
  const custom = await client.call('listCustomPolicies', { signal });
  const all = [...system.data.roles, ...custom.data.roles];
  return pick('policy', text, [...all, ...all.map(({ id, display_name }) => ({ id, name: display_name }))]);
}

function argument<const N extends string>(
  name: N,
  field: string,
  find: (where: Where, text: string) => Promise<Found>,
): Argument<N, Found> {
  return {
    name,
    summary: `name or id of the ${name.replace('-', ' ')}`,
    find: (text, { connection: { client }, signal }) => find({ client, signal }, text),
    fields: ({ id }) => ({ [field]: id }),
  };
}

/** The question and the answer of a deletion, for an argument of this name. */
export function deletion<const N extends string>(name: N) {
  type Said = { readonly [K in N]: Found };
  return {
    confirm: (said: Said) => `${name} ${said[name].name}`,
    text: (_: unknown, said: Said) => `${said[name].name}: deleted`,
    data: (_: unknown, said: Said) => ({ id: said[name].id, name: said[name].name }),
  };
}

export const USER = argument('user', 'user_id', findUser);
export const GROUP = argument('group', 'group_id', findGroup);
export const POLICY = argument('policy', 'role_id', findPolicy);
export const AGENCY = argument('agency', 'agency_id', findAgency);
export const PROJECT = argument('project', 'project_id', findProject);
export const ACCOUNT = argument('account', 'domain_id', findAccount);
export const ENTERPRISE_PROJECT = argument('enterprise-project', 'enterprise_project_id', findEnterpriseProject);

/** The lines of standard input, so that no password is ever on a command line. Throws a usage error for too few. */
export async function readLines(context: Context, count: number, what: string): Promise<string[]> {
  let text = '';
  for await (const chunk of context.stdin) {
    text += String(chunk);
    if (text.length > 4096) throw usageError(`too much on standard input: ${what}`);
  }
  const lines = text.split(/\r?\n/).slice(0, count);
  if (lines.length === count && lines.every((line) => line !== '')) return lines;
  throw usageError(`standard input must hold ${what}`);
}
