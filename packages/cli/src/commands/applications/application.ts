import type { CallOutput } from '@funcgraph/api';
import { type Connection, pagesOf } from '../../connection/index.ts';
import { CliError, EXIT } from '../../framework/index.ts';
import type { Argument } from '../../operations/index.ts';

type Application = CallOutput<'listFunctionApplications'>['data']['applications'][number];
type Detail = CallOutput<'showFunctionApp'>['data'];

/** Every page of the project's applications, newest first. */
export async function allApplications(
  { client, credentials }: Connection,
  signal: AbortSignal,
): Promise<Application[]> {
  const all: Application[] = [];
  const params = { project_id: credentials.projectId };
  const pages = pagesOf(
    '0',
    (marker) => client.call('listFunctionApplications', { params, query: { marker }, signal }),
    ({ applications, count }) => (applications.length === 0 || all.length >= count ? undefined : String(all.length)),
  );
  for await (const { applications } of pages) all.push(...applications);
  return all;
}

interface Found {
  readonly id: string;
  readonly detail: Detail;
}

/** By id or by name. Throws `CLI.NOT_FOUND`. */
export async function findApplication(connection: Connection, text: string, signal: AbortSignal): Promise<Found> {
  const all = await allApplications(connection, signal);
  const found = all.find(({ id }) => id === text) ?? all.find(({ name }) => name === text);
  if (found === undefined) {
    throw new CliError(`there is no application ${JSON.stringify(text)}`, {
      code: 'CLI.NOT_FOUND',
      exitCode: EXIT.refused,
      hint: 'List them with: fgs applications list',
    });
  }
  return { id: found.id, detail: await showApplication(connection, found.id, signal) };
}

/** An application with its functions. */
export const APPLICATION: Argument<'application', Found> = {
  name: 'application',
  summary: 'name or id of the application',
  find: (text, { connection, signal }) => findApplication(connection, text, signal),
  fields: ({ id }) => ({ id }),
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
