import type { Client, RouteResponse, Routes } from '@funcgraph/api';
import { connect, explainedItems, FUNCTION_FLAGS, type FunctionParams } from '../../connection/index.ts';
import { type Context, defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { followLines } from '../follow-lines.ts';
import { newestLines } from '../log-pages.ts';
import { MissingServers } from '../missing-servers.ts';
import { localTime, timeText } from '../time-text.ts';

type LogLine = RouteResponse<Routes['followLogs']>;

interface Filter {
  readonly request_id?: string;
  readonly instance_id?: string;
  readonly keyword?: string;
  readonly level?: string;
}

function item(line: LogLine, { stdout }: Context): StreamItem {
  const time = stdout.isTTY ? localTime(line.time) : line.time;
  return {
    text: `${time} ${line.request_id || '-'} ${line.level} ${line.message.replace(/\n$/, '')}`,
    data: line,
  };
}

async function* past(
  client: Client,
  params: FunctionParams,
  { limit, ...filter }: Filter & { from: string; limit: number },
  context: Context,
): AsyncGenerator<StreamItem> {
  const { signal } = context;
  const missing = new MissingServers();
  const lines = await newestLines(limit, async (page) => {
    const { data } = await client.call('queryLogs', { params, query: { ...filter, ...page }, signal });
    missing.add(data);
    return data;
  });
  for (const line of lines) yield item(line, context);
  yield* missing.notes('lines');
}

export const logs = defineCommand({
  name: 'functions logs',
  summary: 'Log lines of a function, oldest first',
  flags: {
    follow: flag.boolean('continue with new lines until Ctrl-C', { short: 'f' }),
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
    'request-id': flag.text('ID', 'only lines of this invocation'),
    'instance-id': flag.text('ID', 'only lines of this instance'),
    keyword: flag.text('TEXT', 'only lines with this text', { short: 'k' }),
    level: flag.text('LEVELS', 'only these levels: DEBUG, INFO, WARN, ERROR, with commas between'),
    limit: flag.integer('N', 'most lines of the past to show', { short: 'n', fallback: 200 }),
    qualifier: flag.text('VERSION|!ALIAS', 'only lines of this version, or alias after !'),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions logs hello --since 15m', 'fgs functions logs hello -f --level WARN,ERROR'],
  async run({ flags, args }, context) {
    const from = timeText(flags.since, '--since', context.now());
    const { client, functionParams } = await connect(flags, context);
    const params = functionParams(args.function, flags.package, flags.qualifier);
    const filter: Filter = {
      ...(flags['request-id'] === undefined ? {} : { request_id: flags['request-id'] }),
      ...(flags['instance-id'] === undefined ? {} : { instance_id: flags['instance-id'] }),
      ...(flags.keyword === undefined ? {} : { keyword: flags.keyword }),
      ...(flags.level === undefined ? {} : { level: flags.level.toUpperCase() }),
    };
    async function* items(): AsyncGenerator<StreamItem> {
      const earlier = { ...filter, from, limit: flags.limit };
      if (flags.limit > 0) yield* past(client, params, earlier, context);
      if (!flags.follow) return;
      const { signal } = context;
      const lines = () => client.stream('followLogs', { params, query: filter, signal });
      for await (const line of followLines(lines, context)) yield item(line, context);
    }
    return { kind: 'stream', items: explainedItems(items(), client, params, context.signal) };
  },
});
