import type { CallOutput } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { followLines } from '../follow-lines.ts';
import { newestLines } from '../log-pages.ts';
import { MissingServers } from '../missing-servers.ts';
import { timeText } from '../time-text.ts';
import { FLOW } from './flow.ts';

type LogLine = CallOutput<'queryWorkflowLogs'>['data']['lines'][number];

const item = (line: LogLine): StreamItem => ({
  text: `${line.time} ${line.execution_id || '-'} ${line.level} ${line.message}`,
  data: line,
});

export const logs = defineCommand({
  name: 'flows logs',
  summary: 'Log lines of the runs of an express flow, oldest first',
  flags: {
    follow: flag.boolean('continue with new lines until Ctrl-C', { short: 'f' }),
    run: flag.text('ID', 'only lines of this run'),
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
    keyword: flag.text('TEXT', 'only lines with this text', { short: 'k' }),
    level: flag.text('LEVELS', 'only these levels: INFO, WARN, ERROR, with commas between'),
    limit: flag.integer('N', 'most lines of the past to show, the newest', { short: 'n', fallback: 200 }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'flow', summary: FLOW.summary }],
  examples: [
    'fgs flows logs quote --since 15m',
    'fgs flows logs quote --run quote-4711',
    'fgs flows logs quote -f --level ERROR',
  ],
  async run({ flags, args }, context) {
    const { signal } = context;
    const { run, keyword, level, limit } = flags;
    const from = timeText(flags.since, '--since', context.now());
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: credentials.projectId, workflow_id: flow.id };
    const filter = {
      ...(run === undefined ? {} : { execution_id: run }),
      ...(keyword === undefined ? {} : { keyword }),
      ...(level === undefined ? {} : { level }),
    };
    async function* items(): AsyncGenerator<StreamItem> {
      const missing = new MissingServers();
      const past = await newestLines(limit, async (page) => {
        const { data } = await client.call('queryWorkflowLogs', {
          params,
          query: { ...filter, from, ...page },
          signal,
        });
        missing.add(data);
        return data;
      });
      for (const line of past) yield item(line);
      yield* missing.notes('lines');
      if (!flags.follow) return;
      const lines = () => client.stream('followWorkflowLogs', { params, query: filter, signal });
      for await (const line of followLines(lines, context)) yield item(line);
    }
    return { kind: 'stream', items: items() };
  },
});
