import type { RouteResponse, Routes } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

type Config = RouteResponse<Routes['listReservedInstanceConfigs']>['reserved_instances'][number];

/** More than a project can have: a server that never ends its list must not loop us for ever. */
const MAX_PAGES = 100;

export const list = defineCommand({
  name: 'reserved list',
  summary: 'Settings of reserved instances in the project',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs reserved list', 'fgs reserved list --output json'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const rows: Config[] = [];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { data } = await client.call('listReservedInstanceConfigs', {
        params: { project_id: credentials.projectId },
        query: { marker: String(rows.length), limit: '500' },
        signal: context.signal,
      });
      rows.push(...data.reserved_instances);
      if (data.reserved_instances.length === 0 || data.page_info.next_marker === 0) break;
    }
    return {
      kind: 'table',
      columns: [
        { key: 'function_urn', title: 'FUNCTION' },
        { key: 'qualifier_type', title: 'OF' },
        { key: 'qualifier_name', title: 'NAME' },
        { key: 'min_count', title: 'MIN', align: 'right' },
        { key: 'mode', title: 'IDLE MODE' },
        { key: 'policies', title: 'POLICIES' },
      ],
      rows: rows.map((row) => ({
        ...row,
        mode: row.idle_mode ? 'on' : 'off',
        policies: row.tactics_config.cron_configs
          .map(({ name, count, cron }) => `${name}: ${count} at ${cron}`)
          .join('; '),
      })),
      none: 'no reserved instances',
    };
  },
});
