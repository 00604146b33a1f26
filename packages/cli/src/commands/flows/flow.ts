import { type CallOutput, parseFlowUrn } from '@funcgraph/api';
import { pagesOf } from '../../connection/index.ts';
import { CliError, EXIT } from '../../framework/index.ts';
import { type Argument, type Lookup, word } from '../../operations/index.ts';

type Page = CallOutput<'listWorkflow'>['data'];
type ListedFlow = Page['workflows'][number];

const PAGE_SIZE = 200;

/** Undefined when the project has no such flow, or the caller may not see it. */
export async function findFlow(
  text: string,
  { connection: { client, credentials }, signal }: Pick<Lookup, 'connection' | 'signal'>,
): Promise<ListedFlow | undefined> {
  const name = parseFlowUrn(text)?.name ?? text;
  const params = { project_id: credentials.projectId };
  let seen = 0;
  const isId = /^[0-9a-f-]{36}$/.test(text);
  const filter = { limit: String(PAGE_SIZE), ...(isId ? {} : { workflow_name: name }) };
  const call = (page: { readonly offset: string }) =>
    client.call('listWorkflow', { params, query: { ...filter, ...page }, signal });
  const next = ({ total }: Page) => (seen < total ? { offset: String(seen) } : undefined);
  for await (const { workflows } of pagesOf({ offset: '0' }, call, next)) {
    const found = workflows.find((flow) => flow.name === name || flow.id === text);
    if (found !== undefined) return found;
    seen += Math.max(workflows.length, 1);
  }
  return undefined;
}

/** A flow by its name, its URN or its id. */
export const FLOW: Argument<'flow', ListedFlow> = {
  name: 'flow',
  summary: 'name, URN or id of the flow',
  async find(text, lookup) {
    const flow = await findFlow(text, lookup);
    if (flow !== undefined) return flow;
    throw new CliError(`there is no flow ${JSON.stringify(text)}`, {
      code: 'CLI.NOT_FOUND',
      exitCode: EXIT.refused,
      hint: 'List them with: fgs flows list',
    });
  },
  fields: ({ id }) => ({ workflow_id: id }),
};

export const RUN = word('run', 'id of the run', 'execution_id');
