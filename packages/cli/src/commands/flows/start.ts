import { CONNECTION_FLAGS, type Connection, connect } from '../../connection/index.ts';
import { type Context, defineCommand, flag, type StreamItem, usageError } from '../../framework/index.ts';
import { FLOW } from './flow.ts';
import { followItems } from './follow.ts';
import { INPUT_FLAGS, readInput } from './input.ts';
import { endOutput, failureOf, type RunPlace, waitForEnd } from './run-state.ts';

const SECONDS_LATEST = 86_400;

export const start = defineCommand({
  name: 'flows start',
  summary: 'Start a run; with --wait its output to standard output, and exit code 6 when it failed',
  flags: {
    ...INPUT_FLAGS,
    'run-id': flag.text('ID', 'starts the run once, however often the command is repeated'),
    wait: flag.boolean('wait for the end of the run'),
    follow: flag.boolean('show what happens until the end of the run', { short: 'f' }),
    timeout: flag.integer('SECONDS', 'longest time to wait', { fallback: 600 }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'flow', summary: FLOW.summary }],
  examples: [
    `fgs flows start order --input '{"amount":3}'`,
    'fgs flows start order --input-file order.json --wait',
    'fgs flows start order --run-id order-4711 --follow',
  ],
  async run({ flags, args }, context) {
    if (flags.wait && flags.follow) throw usageError('--wait and --follow exclude each other');
    if (flags.timeout < 1 || flags.timeout > SECONDS_LATEST) {
      throw usageError(`--timeout must be 1 to ${SECONDS_LATEST}`);
    }
    const body = { input: (await readInput(flags, context)) ?? {} };
    const { signal } = context;
    const connection = await connect(flags, context);
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: connection.credentials.projectId, workflow_id: flow.id };
    const headers = flags['run-id'] === undefined ? {} : { 'X-WorkflowRun-ID': flags['run-id'] };
    if (flags.wait && flow.mode === 'EXPRESS') {
      const { data } = await connection.client.call('startSyncWorkflowExecution', { params, body, headers, signal });
      return endOutput(data, data.errors?.map(({ node_id, error_message }) => `${node_id}: ${error_message}`)[0] ?? '');
    }
    const { data } = await connection.client.call('startWorkflowExecution', { params, body, headers, signal });
    const place = { ...params, ...data };
    if (flags.follow) return { kind: 'stream', items: followToEnd(connection, place, context, flags.timeout) };
    if (flags.wait) {
      const run = await waitForEnd(connection, place, waiting(context, flags.timeout));
      return endOutput(run, failureOf(run));
    }
    return { kind: 'message', text: `${data.execution_id}  started`, data };
  },
});

const waiting = ({ now, signal }: Context, seconds: number) => ({ now, deadline: now() + seconds * 1000, signal });

async function* followToEnd(
  connection: Connection,
  place: RunPlace,
  context: Context,
  seconds: number,
): AsyncGenerator<StreamItem> {
  yield* followItems(connection, place, context);
  const run = await waitForEnd(connection, place, waiting(context, seconds));
  const end = endOutput(run, failureOf(run));
  if (end.kind !== 'bytes') return;
  const { bytes, note, data, exitCode } = end;
  yield { text: '', bytes, note, data, ...(exitCode === undefined ? {} : { exitCode }) };
}
