import type { CallOutput } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';
import type { Argument } from '../../operations/index.ts';

type Group = CallOutput<'showGatewayGroup'>['data'];
type Api = CallOutput<'showGatewayApi'>['data'];

/** A group of the project, by name or by id. */
export const GROUP: Argument<'group', Group> = {
  name: 'group',
  summary: 'name or id of the group',
  async find(text, { connection: { client, credentials }, signal }) {
    const { data } = await client.call('listGatewayGroups', { params: { project_id: credentials.projectId }, signal });
    return named(data.groups, text, { what: 'group', make: 'fgs gateway groups create NAME' });
  },
  fields: ({ id }) => ({ group_id: id }),
};

/** An API of the group that the argument before this one names, by name or by id. */
export const API: Argument<'api', Api> = {
  name: 'api',
  summary: 'name or id of the API',
  async find(text, { connection: { client, credentials }, named: { group }, signal }) {
    const params = { project_id: credentials.projectId, group_id: (group as Group).id };
    const { data } = await client.call('listGatewayApis', { params, signal });
    return named(data.apis, text, { what: 'API', make: 'fgs gateway apis create GROUP NAME' });
  },
  fields: ({ id }) => ({ api_id: id }),
};

function named<T extends { readonly id: string; readonly name: string }>(
  all: readonly T[],
  text: string,
  { what, make }: { readonly what: string; readonly make: string },
): T {
  const found = all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text);
  if (found !== undefined) return found;
  const names = all.map(({ name }) => name).join(', ');
  throw usageError(`there is no ${what} ${JSON.stringify(text)}`, names === '' ? make : `there are: ${names}`);
}
