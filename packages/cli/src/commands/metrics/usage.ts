import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const usage = defineCommand({
  name: 'metrics usage',
  summary: 'Calls and GB-seconds of the project by month (UTC), the last six',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs metrics usage'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const { data } = await client.call('listStatistics', {
      params: { project_id: credentials.projectId },
      query: { filter: 'monthly_report', option: '3' },
      signal: context.signal,
    });
    const gbs = new Map(data.gbs?.map(({ date, value }) => [date, value]));
    return {
      kind: 'table',
      columns: [
        { key: 'month', title: 'MONTH' },
        { key: 'calls', title: 'CALLS', align: 'right' },
        { key: 'gb_seconds', title: 'GB-SECONDS', align: 'right' },
      ],
      rows: (data.count ?? []).map(({ date, value }) => ({
        month: date,
        calls: value,
        gb_seconds: gbs.get(date) ?? 0,
      })),
      none: 'nothing is known',
    };
  },
});
