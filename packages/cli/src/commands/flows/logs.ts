import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { newestLines } from '../log-pages.ts';
import { timeText } from '../time-text.ts';
import { FLOW } from './flow.ts';

export const logs = defineCommand({
  name: 'flows logs',
  summary: 'Log lines of the runs of an express flow, oldest first',
  flags: {
    run: flag.text('ID', 'only lines of this run'),
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
    limit: flag.integer('N', 'most lines to show, the newest', { short: 'n', fallback: 200 }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'flow', summary: FLOW.summary }],
  examples: ['fgs flows logs quote --since 15m', 'fgs flows logs quote --run quote-4711'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const from = timeText(flags.since, '--since', context.now());
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: credentials.projectId, workflow_id: flow.id };
    const filter = { from, ...(flags.run === undefined ? {} : { execution_id: flags.run }) };
    async function* items(): AsyncGenerator<StreamItem> {
      const lines = await newestLines(flags.limit, async (page) => {
        return (await client.call('queryWorkflowLogs', { params, query: { ...filter, ...page }, signal })).data;
      });
      for (const line of lines) {
        const text = `${line.time} ${line.execution_id || '-'} ${line.level} ${line.message}`;
        yield { text, data: line };
      }
    }
    return { kind: 'stream', items: items() };
  },
});
