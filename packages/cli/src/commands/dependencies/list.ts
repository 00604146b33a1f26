import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

const PAGE = '400';

export const list = defineCommand({
  name: 'dependencies list',
  summary: 'Library packages for functions: own ones, then public ones',
  flags: {
    type: { type: 'text', choices: ['all', 'private', 'public'], fallback: 'all', summary: 'which ones' },
    runtime: { type: 'text', placeholder: 'RUNTIME', summary: 'only those of this runtime' },
    match: { type: 'text', placeholder: 'TEXT', summary: 'only those with this in their name' },
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: ['fgs dependencies list', 'fgs dependencies list --type public --runtime Node.js20.15'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const query = {
      maxitems: PAGE,
      dependency_type: flags.type,
      ...(flags.runtime === undefined ? {} : { runtime: flags.runtime }),
      ...(flags.match === undefined ? {} : { name: flags.match }),
    };
    const params = { project_id: credentials.projectId };
    const rows: Record<string, unknown>[] = [];
    for (let marker = 0; ; ) {
      const asked = { params, query: { ...query, marker: String(marker) }, signal: context.signal };
      const { data } = await client.call('listDependencies', asked);
      if (data.dependencies.length === 0) break;
      for (const each of data.dependencies)
        rows.push({ ...each, type: each.owner === 'public' ? 'public' : 'private' });
      marker = data.next_marker;
    }
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'type', title: 'TYPE' },
        { key: 'runtime', title: 'RUNTIME' },
        { key: 'version', title: 'NEWEST', align: 'right' },
        { key: 'size', title: 'BYTES', align: 'right' },
        { key: 'description', title: 'DESCRIPTION' },
      ],
      rows,
      none: 'no dependencies; make one with fgs dependencies create',
    };
  },
});
