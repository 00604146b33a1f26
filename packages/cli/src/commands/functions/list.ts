import type { Client } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { CliError, type Context, defineCommand, flag, type Row } from '../../framework/index.ts';
import { parseTag } from './tags.ts';

const PAGE = 100;
/** More pages than any quota allows: a server that never reports the last page must not loop us for ever. */
const MOST_PAGES = 1000;

interface Page {
  readonly functions: readonly Row[];
  readonly next: number | undefined;
}

function parsePage(value: unknown): Page {
  const page = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (!Array.isArray(page.functions))
    throw new CliError('the server sent no list of functions', { code: 'CLI.PROTOCOL' });
  const next = Number(page.next_marker ?? 0);
  return { functions: page.functions as Row[], next: Number.isSafeInteger(next) && next > 0 ? next : undefined };
}

/** Whether each function of a list has all these tags; true for every one when there are none. */
async function tagFilter(
  client: Client,
  { projectId, tags }: { readonly projectId: string; readonly tags: readonly string[] },
  context: Context,
): Promise<(fn: Row) => boolean> {
  if (tags.length === 0) return () => true;
  const filters = tags.map(parseTag).map(({ key, value }) => ({ key, values: value === undefined ? [] : [value] }));
  const urns = new Set<unknown>();
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { data } = await client.call('showResInstanceInfo', {
      params: { project_id: projectId, resource_type: 'functions', action: 'filter' },
      body: { tags: filters, limit: PAGE, offset: pages * PAGE },
      signal: context.signal,
    });
    const found = data.resources ?? [];
    for (const { resource_id } of found) urns.add(resource_id);
    if (found.length < PAGE) break;
  }
  return (fn) => urns.has(fn.func_urn);
}

async function listAll(
  flags: { package: string | undefined; match: string | undefined; tag: readonly string[] } & Parameters<
    typeof connect
  >[0],
  context: Context,
): Promise<Row[]> {
  const { client, credentials } = await connect(flags, context);
  const isTagged = await tagFilter(client, { projectId: credentials.projectId, tags: flags.tag }, context);
  const rows: Row[] = [];
  let marker = 0;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const query = {
      marker: String(marker),
      maxitems: String(PAGE),
      ...(flags.package === undefined ? {} : { package_name: flags.package }),
      ...(flags.match === undefined ? {} : { func_name: flags.match }),
    };
    const { data } = await client.call('listFunctions', {
      params: { project_id: credentials.projectId },
      query,
      signal: context.signal,
    });
    const page = parsePage(data);
    rows.push(...page.functions.filter(isTagged));
    if (page.functions.length < PAGE || page.next === undefined || page.next <= marker) return rows;
    marker = page.next;
  }
  return rows;
}

export const list = defineCommand({
  name: 'functions list',
  summary: 'Functions of the project',
  flags: {
    package: flag.text('NAME', 'only those of this package'),
    match: flag.text('TEXT', 'only those with this text in their name'),
    tag: flag.list('KEY[=VALUE]', 'only those with this tag; repeat for more', { short: 't' }),
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: [
    'fgs functions list',
    'fgs functions list --match order --output json',
    'fgs functions list --tag team=shop --tag env',
  ],
  async run({ flags }, context) {
    return {
      kind: 'table',
      columns: {
        func_name: 'NAME',
        package: 'PACKAGE',
        runtime: 'RUNTIME',
        handler: 'HANDLER',
        memory_size: 'MEMORY MB',
        timeout: 'TIMEOUT S',
        code_size: 'CODE BYTES',
        last_modified: 'LAST CHANGE',
      },
      rows: await listAll(flags, context),
      none: 'no functions yet; make one with: fgs functions deploy FOLDER',
    };
  },
});
