import { CAUSES, type CallInput, type CallOutput, type Client, RESULTS } from '@funcgraph/api';
import { connect, FUNCTION_FLAGS, pagesOf } from '../../connection/index.ts';
import { defineCommand, flag, usageError } from '../../framework/index.ts';
import { MissingServers } from '../missing-servers.ts';
import { timeText } from '../time-text.ts';

type Receipt = CallOutput<'listReceipts'>['data']['receipts'][number];

/** Most receipts of one request. */
const PAGE = 1000;
const ASYNC_STATES = ['WAIT', 'RUNNING', 'SUCCESS', 'FAIL', 'DISCARD'] as const;

interface ReceiptFlags {
  readonly outcome: string | undefined;
  readonly result: string | undefined;
  readonly cause: string | undefined;
  readonly cold: boolean;
  readonly 'min-ms': number | undefined;
}

function receiptFilter(flags: ReceiptFlags): Omit<NonNullable<CallInput<'listReceipts'>['query']>, 'from' | 'limit'> {
  const { outcome, cold, 'min-ms': minMs } = flags;
  const result = RESULTS.find((known) => known === flags.result);
  const cause = CAUSES.find((known) => known === flags.cause);
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(result === undefined ? {} : { result }),
    ...(cause === undefined ? {} : { cause }),
    ...(cold ? { cold: 'true' } : {}),
    ...(minMs === undefined ? {} : { min_duration_ms: String(minMs) }),
  };
}

/** Pages may be shorter than requested: the search continues until there are enough, or no more. */
async function allReceipts(
  client: Client,
  input: CallInput<'listReceipts'>,
  { limit, missing }: { readonly limit: number; readonly missing: MissingServers },
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  const call = (cursor: { readonly cursor?: string }) => {
    const query = { ...input.query, limit: String(Math.min(limit - receipts.length, PAGE)), ...cursor };
    return client.call('listReceipts', { ...input, query });
  };
  const next = ({ next_cursor: cursor }: CallOutput<'listReceipts'>['data']) =>
    cursor === undefined || receipts.length >= limit ? undefined : { cursor };
  for await (const page of pagesOf({}, call, next)) {
    receipts.push(...page.receipts);
    missing.add(page);
  }
  return receipts;
}

/** The API takes UTC without a zone here. */
const zoneless = (time: string): string => time.slice(0, 19);

export const list = defineCommand({
  name: 'invocations list',
  summary: 'Invocations, newest first: receipts, or the queue with --async',
  flags: {
    async: flag.boolean('asynchronous invocations with their state, also those that still wait'),
    state: flag.text('STATE', 'with --async: only this state', { choices: ASYNC_STATES }),
    outcome: flag.text('OUTCOME', 'only receipts with this result, such as ok or timeout'),
    result: flag.text('RESULT', 'only receipts with this result', { choices: RESULTS }),
    cause: flag.text('CAUSE', 'only failures of this cause', { choices: CAUSES }),
    cold: flag.boolean('only those that waited for a new instance'),
    'min-ms': flag.integer('MS', 'only those that ran at least this long'),
    qualifier: flag.text('VERSION|!ALIAS', 'only those of a version, or of an alias after !'),
    since: flag.text('TIME', 'from when on: 15m, 2h, 1d or an RFC 3339 time', { fallback: '1h' }),
    limit: flag.integer('N', 'most lines to show', { fallback: 50 }),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs invocations list hello',
    'fgs invocations list hello --result failed --cause timeout --since 1d',
    'fgs invocations list hello --async --state FAIL --since 1d',
  ],
  async run({ flags, args }, context) {
    const from = timeText(flags.since, '--since', context.now());
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package, flags.qualifier);
    if (flags.limit < 1) throw usageError('--limit must be 1 or more');
    if (!flags.async) {
      if (flags.state !== undefined) throw usageError('--state needs --async', 'receipts have an outcome: --outcome');
      const query = { from, ...receiptFilter(flags) };
      const missing = new MissingServers();
      const input = { params, query, signal: context.signal };
      const receipts = await allReceipts(connection.client, input, { limit: flags.limit, missing });
      for (const { note } of missing.notes('invocations')) await context.stderr.write(`${note}\n`);
      return {
        kind: 'table',
        columns: {
          started_at: 'STARTED',
          request_id: 'REQUEST ID',
          mode: 'MODE',
          version: 'VERSION',
          outcome: 'OUTCOME',
          cause: 'CAUSE',
          cold: 'COLD',
          handler_ms: 'HANDLER MS',
          total_ms: 'TOTAL MS',
          memory: { title: 'MEMORY MB', align: 'right' },
        },
        rows: receipts.map((receipt) => ({
          ...receipt,
          memory: receipt.peak_memory_bytes === null ? '' : (receipt.peak_memory_bytes / 2 ** 20).toFixed(1),
        })),
        none: 'no invocations in this time',
      };
    }
    const state = ASYNC_STATES.find((known) => known === flags.state);
    const { data } = await connection.client.call('listAsyncInvocations', {
      params,
      query: {
        query_begin_time: zoneless(from),
        limit: String(flags.limit),
        ...(state === undefined ? {} : { status: state }),
      },
      signal: context.signal,
    });
    return {
      kind: 'table',
      columns: {
        start_time: 'STARTED',
        request_id: 'REQUEST ID',
        status: 'STATE',
        end_time: 'ENDED',
        error_code: 'CODE',
        error_message: 'MESSAGE',
      },
      rows: data.invocations,
      none: 'no asynchronous invocations in this time',
    };
  },
});
