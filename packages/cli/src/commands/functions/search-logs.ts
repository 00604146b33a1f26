import type { CallOutput } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Context, defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { newestLines } from '../log-pages.ts';
import { MissingServers } from '../missing-servers.ts';
import { localTime, timeText } from '../time-text.ts';

type Line = CallOutput<'searchLogs'>['data']['lines'][number];

function item(line: Line, { stdout }: Context): StreamItem {
  const time = stdout.isTTY ? localTime(line.time) : line.time;
  const { level, request_id, message, package: pkg, func_name } = line;
  const name = pkg === 'default' ? func_name : `${pkg}/${func_name}`;
  return { text: `${time} ${name} ${request_id || '-'} ${level} ${message.replace(/\n$/, '')}`, data: line };
}

export const searchLogs = defineCommand({
  name: 'functions search-logs',
  summary: 'Log lines of all functions whose log you may read, oldest first',
  flags: {
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
    until: flag.text('TIME', 'to when; now unless set'),
    level: flag.text('LEVELS', 'only these levels: DEBUG, INFO, WARN, ERROR, with commas between'),
    limit: flag.integer('N', 'most lines to show, the newest', { short: 'n', fallback: 200 }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'text', summary: 'anywhere in a line; all lines without it', optional: true }],
  examples: ['fgs functions search-logs "order 17"', 'fgs functions search-logs timeout --since 1d --level WARN,ERROR'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const { level, limit } = flags;
    const now = context.now();
    // one ms ahead, so that lines of this moment are included
    const to = flags.until === undefined ? new Date(now + 1).toISOString() : timeText(flags.until, '--until', now);
    const filter = {
      ...{ from: timeText(flags.since, '--since', now), to },
      ...(args.text === undefined ? {} : { keyword: args.text }),
      ...(level === undefined ? {} : { level: level.toUpperCase() }),
    };
    const { client, credentials } = await connect(flags, context);
    const params = { project_id: credentials.projectId };
    async function* items(): AsyncGenerator<StreamItem> {
      let isComplete = true;
      const missing = new MissingServers();
      const lines = await newestLines(limit, async ({ order: _, ...page }) => {
        const { data } = await client.call('searchLogs', { params, query: { ...filter, ...page }, signal });
        isComplete &&= data.complete;
        missing.add(data);
        return data;
      });
      for (const line of lines) yield item(line, context);
      if (!isComplete) yield { text: '', note: INCOMPLETE, data: { complete: false } };
      yield* missing.notes('lines');
    }
    return { kind: 'stream', items: items() };
  },
});

const INCOMPLETE = 'lines are missing: the search took too long. Use a later --since, or fgs functions logs.';
