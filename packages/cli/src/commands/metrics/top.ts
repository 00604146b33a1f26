import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag } from '../../framework/index.ts';
import { timeText } from '../time-text.ts';

export const top = defineCommand({
  name: 'metrics top',
  summary: 'Functions with most failures, calls or refusals, or the longest times',
  flags: {
    by: flag.text('WHAT', 'metric to compare; durations are ms', {
      choices: ['failcount', 'count', 'rejectcount', 'duration', 'maxDuration', 'minDuration'],
      fallback: 'failcount',
    }),
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1d' }),
    limit: flag.integer('N', 'most lines to show', { fallback: 10 }),
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: ['fgs metrics top', 'fgs metrics top --by maxDuration --since 1h'],
  async run({ flags }, context) {
    const from = timeText(flags.since, '--since', context.now());
    const { client, credentials } = await connect(flags, context);
    const { data } = await client.call('listFunctionAsMetric', {
      params: { project_id: credentials.projectId },
      query: { type: flags.by, start_time: from, limit: String(flags.limit) },
      signal: context.signal,
    });
    return {
      kind: 'table',
      columns: { value: flags.by.toUpperCase(), key: 'FUNCTION' },
      rows: data.values,
      none: 'no function has any in this time',
    };
  },
});
