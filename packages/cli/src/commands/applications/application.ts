import type { CallOutput } from '@funcgraph/api';
import { type Connection, pagesOf } from '../../connection/index.ts';
import { CliError, EXIT } from '../../framework/index.ts';
import type { Argument } from '../../operations/index.ts';

type Page = CallOutput<'listFunctionApplications'>['data'];
type Application = Page['applications'][number];
type Detail = CallOutput<'showFunctionApp'>['data'];

/** The page after so many applications; the first is that after none. */
export function nextPage({ applications, count }: Page, seen: number): { marker: string } | undefined {
  return applications.length === 0 || seen >= count ? undefined : { marker: String(seen) };
}

/** An application of the project by id or by name. Throws `CLI.NOT_FOUND`. */
export const APPLICATION: Argument<'application', Application> = {
  name: 'application',
  summary: 'name or id of the application',
  async find(text, { connection: { client, credentials }, signal }) {
    const params = { project_id: credentials.projectId };
    const call = (query: { readonly marker: string }) =>
      client.call('listFunctionApplications', { params, query, signal });
    const all: Application[] = [];
    for await (const page of pagesOf({ marker: '0' }, call, (answer) => nextPage(answer, all.length))) {
      all.push(...page.applications);
    }
    const found = all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text);
    if (found !== undefined) return found;
    throw new CliError(`there is no application ${JSON.stringify(text)}`, {
      code: 'CLI.NOT_FOUND',
      exitCode: EXIT.refused,
      hint: 'List them with: fgs applications list',
    });
  },
  fields: ({ id }) => ({ id }),
};

/** The same with the functions that it consists of. */
export const APPLICATION_IN_DETAIL: Argument<'application', Application & { readonly detail: Detail }> = {
  ...APPLICATION,
  async find(text, lookup) {
    const found = await APPLICATION.find(text, lookup);
    return { ...found, detail: await showApplication(lookup.connection, found.id, lookup.signal) };
  },
};

/** As the server returns it. */
export async function showApplication(
  { client, credentials }: Connection,
  id: string,
  signal: AbortSignal,
): Promise<Detail> {
  const params = { project_id: credentials.projectId, id };
  return (await client.call('showFunctionApp', { params, signal })).data;
}

/** Its functions with their parts, for people: `shop-api (api), shop-limiter (limiter)`. */
export function functionsText({ stack_resources: parts }: Detail): string {
  return parts
    .map(({ physical_resource_name, logical_resource_name }) => `${physical_resource_name} (${logical_resource_name})`)
    .join(', ');
}
