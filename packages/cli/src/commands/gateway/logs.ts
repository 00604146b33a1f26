import type { CallOutput } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { CliError, type Context, defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { newestLines } from '../log-pages.ts';
import { localTime, timeText } from '../time-text.ts';
import { GROUP } from './arguments.ts';

type Line = CallOutput<'queryGatewayAccessLog'>['data']['lines'][number];

function item(line: Line, { stdout }: Context): StreamItem {
  const time = stdout.isTTY ? localTime(line.time) : line.time;
  const { client, method = '-', host = '-', path, status, bytes, ms, complete, request_id } = line;
  const cut = complete ? '' : ' cut off';
  return {
    text: `${time} ${client} ${method} ${host}${path} ${status}${cut} ${bytes} B ${ms} ms ${request_id}`,
    data: line,
  };
}

export const logs = defineCommand({
  name: 'gateway logs',
  summary: 'Requests of the gateway for APIs, functions and flows of the project, oldest first',
  flags: {
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
    group: flag.text('GROUP', 'only requests to this group, by name or id'),
    status: flag.text('STATUS', 'only answers with this status, like 404, or of a class, like 5xx'),
    keyword: flag.text('TEXT', 'only with this text in client, host, path, function, flow or request id', {
      short: 'k',
    }),
    limit: flag.integer('N', 'most lines to show, the newest', { short: 'n', fallback: 200 }),
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: ['fgs gateway logs --since 15m', 'fgs gateway logs --group shop --status 5xx'],
  async run({ flags }, context) {
    const { signal } = context;
    const { group, status, keyword, limit } = flags;
    const from = timeText(flags.since, '--since', context.now());
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const named = group === undefined ? undefined : await GROUP.find(group, { connection, flags, named: {}, signal });
    const filter = {
      ...(named === undefined ? {} : { group_id: named.id }),
      ...(status === undefined ? {} : { status }),
      ...(keyword === undefined ? {} : { keyword }),
    };
    const params = { project_id: credentials.projectId };
    async function* items(): AsyncGenerator<StreamItem> {
      const lines = await newestLines(limit, async ({ order: _, ...page }) => {
        const query = { ...filter, from, ...page };
        const { data } = await client.call('queryGatewayAccessLog', { params, query, signal });
        if (!data.enabled) throw noLog();
        return data;
      });
      for (const line of lines) yield item(line, context);
    }
    return { kind: 'stream', items: items() };
  },
});

function noLog(): CliError {
  return new CliError('the server has no access log of the gateway', {
    code: 'CLI.NO_ACCESS_LOG',
    hint: 'Start it with: fgs start --gateway-access-log 1GB',
  });
}
