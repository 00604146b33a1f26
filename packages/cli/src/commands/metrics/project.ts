import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { RANGE_FLAGS, rangeQuery, seriesTable } from './series-table.ts';

export const project = defineCommand({
  name: 'metrics project',
  summary: 'Metrics of all functions of the project together',
  flags: { ...RANGE_FLAGS, ...CONNECTION_FLAGS },
  args: [],
  examples: ['fgs metrics project', 'fgs metrics project --since 3d'],
  async run({ flags }, context) {
    const query = rangeQuery(flags, context.now());
    const { client, credentials } = await connect(flags, context);
    const params = { project_id: credentials.projectId };
    const { data } = await client.call('showProjectMetrics', { params, query, signal: context.signal });
    return seriesTable(data, flags.all);
  },
});
