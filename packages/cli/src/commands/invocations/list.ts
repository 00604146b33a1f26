import { CAUSES, type CallInput, type CallOutput, type Client, RESULTS } from '@funcgraph/api';
import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { timeText } from '../time-text.ts';

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
  limit: number,
): Promise<CallOutput<'listReceipts'>['data']['receipts']> {
  const receipts: CallOutput<'listReceipts'>['data']['receipts'] = [];
  let cursor: string | undefined;
  do {
    const query = { ...input.query, limit: String(Math.min(limit - receipts.length, PAGE)) };
    const { data } = await client.call('listReceipts', {
      ...input,
      query: cursor === undefined ? query : { ...query, cursor },
    });
    receipts.push(...data.receipts);
    cursor = data.next_cursor;
  } while (cursor !== undefined && receipts.length < limit);
  return receipts;
}

/** The API takes UTC without a zone here. */
const zoneless = (time: string): string => time.slice(0, 19);

export const list = defineCommand({
  name: 'invocations list',
  summary: 'Invocations, newest first: receipts, or the queue with --async',
  flags: {
    async: { type: 'boolean', summary: 'asynchronous invocations with their state, also those that still wait' },
    state: { type: 'text', choices: ASYNC_STATES, placeholder: 'STATE', summary: 'with --async: only this state' },
    outcome: {
      type: 'text',
      placeholder: 'OUTCOME',
      summary: 'only receipts with this result, such as ok or timeout',
    },
    result: { type: 'text', choices: RESULTS, placeholder: 'RESULT', summary: 'only receipts with this result' },
    cause: { type: 'text', choices: CAUSES, placeholder: 'CAUSE', summary: 'only failures of this cause' },
    cold: { type: 'boolean', summary: 'only those that waited for a new instance' },
    'min-ms': { type: 'integer', placeholder: 'MS', summary: 'only those that ran at least this long' },
    qualifier: {
      type: 'text',
      placeholder: 'VERSION|!ALIAS',
      summary: 'only those of a version, or of an alias after !',
    },
    since: {
      type: 'text',
      placeholder: 'TIME',
      fallback: '1h',
      summary: 'from when on: 15m, 2h, 1d or an RFC 3339 time',
    },
    limit: { type: 'integer', placeholder: 'N', fallback: 50, summary: 'most lines to show' },
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
      const receipts = await allReceipts(connection.client, { params, query, signal: context.signal }, flags.limit);
      return {
        kind: 'table',
        columns: [
          { key: 'started_at', title: 'STARTED' },
          { key: 'request_id', title: 'REQUEST ID' },
          { key: 'mode', title: 'MODE' },
          { key: 'version', title: 'VERSION' },
          { key: 'outcome', title: 'OUTCOME' },
          { key: 'cause', title: 'CAUSE' },
          { key: 'cold', title: 'COLD' },
          { key: 'handler_ms', title: 'HANDLER MS', align: 'right' },
          { key: 'total_ms', title: 'TOTAL MS', align: 'right' },
          { key: 'memory', title: 'MEMORY MB', align: 'right' },
        ],
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
      columns: [
        { key: 'start_time', title: 'STARTED' },
        { key: 'request_id', title: 'REQUEST ID' },
        { key: 'status', title: 'STATE' },
        { key: 'end_time', title: 'ENDED' },
        { key: 'error_code', title: 'CODE', align: 'right' },
        { key: 'error_message', title: 'MESSAGE' },
      ],
      rows: data.invocations,
      none: 'no asynchronous invocations in this time',
    };
  },
});
