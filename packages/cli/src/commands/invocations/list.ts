import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { timeText } from '../time-text.ts';

const ASYNC_STATES = ['WAIT', 'RUNNING', 'SUCCESS', 'FAIL', 'DISCARD'] as const;

/** The API wants UTC without a zone here. */
const zoneless = (time: string): string => time.slice(0, 19);

export const list = defineCommand({
  name: 'invocations list',
  summary: 'What was invoked, newest first: receipts, or the queue with --async',
  flags: {
    async: { type: 'boolean', summary: 'asynchronous invocations with their state, also those that still wait' },
    state: { type: 'text', choices: ASYNC_STATES, placeholder: 'STATE', summary: 'with --async: only this state' },
    outcome: {
      type: 'text',
      placeholder: 'OUTCOME',
      summary: 'only receipts with this outcome, such as ok or timeout',
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
  examples: ['fgs invocations list hello', 'fgs invocations list hello --async --state FAIL --since 1d'],
  async run({ flags, args }, context) {
    const from = timeText(flags.since, '--since', context.now());
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    if (!flags.async) {
      if (flags.state !== undefined)
        throw usageError('--state goes with --async', 'receipts have an outcome: --outcome');
      const { data } = await connection.client.call('listReceipts', {
        params,
        query: { from, limit: String(flags.limit), ...(flags.outcome === undefined ? {} : { outcome: flags.outcome }) },
        signal: context.signal,
      });
      return {
        kind: 'table',
        columns: [
          { key: 'started_at', title: 'STARTED' },
          { key: 'request_id', title: 'REQUEST ID' },
          { key: 'mode', title: 'MODE' },
          { key: 'outcome', title: 'OUTCOME' },
          { key: 'cold', title: 'COLD' },
          { key: 'handler_ms', title: 'HANDLER MS', align: 'right' },
          { key: 'total_ms', title: 'TOTAL MS', align: 'right' },
        ],
        rows: data.receipts,
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
