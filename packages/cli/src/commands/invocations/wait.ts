import { setTimeout as delay } from 'node:timers/promises';
import type { CallOutput } from '@funcgraph/api';
import { type Connection, connect, FUNCTION_FLAGS, type FunctionParams } from '../../connection/index.ts';
import { CliError, defineCommand, EXIT, flag, usageError } from '../../framework/index.ts';
import { findReceipt } from '../functions/find-receipt.ts';

type AsyncInvocation = CallOutput<'listAsyncInvocations'>['data']['invocations'][number];

const LOOK_AGAIN_MS = 250;
const SECONDS_LATEST = 86_400;
/** Of all times that the server keeps. */
const BEGIN = '2000-01-01T00:00:00';

async function look(
  { client }: Connection,
  params: FunctionParams,
  request_id: string,
  signal: AbortSignal,
): Promise<AsyncInvocation> {
  const query = { request_id, query_begin_time: BEGIN };
  const [found] = (await client.call('listAsyncInvocations', { params, query, signal })).data.invocations;
  if (found !== undefined) return found;
  throw new CliError(`there is no asynchronous invocation ${JSON.stringify(request_id)} of this function`, {
    code: 'CLI.NOT_FOUND',
    exitCode: EXIT.refused,
    hint: 'List them with: fgs invocations list FUNCTION --async --since 1d',
  });
}

export const wait = defineCommand({
  name: 'invocations wait',
  summary: 'Wait until an asynchronous invocation has ended, with its retries; exit code 6 when it failed',
  flags: {
    timeout: flag.integer('SECONDS', 'longest time to wait', { fallback: 60 }),
    ...FUNCTION_FLAGS,
  },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'request-id', summary: 'the id that invoke --async or a redrive printed' },
  ],
  examples: ['fgs invocations wait hello 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11 --timeout 300'],
  async run({ flags, args }, context) {
    const { timeout } = flags;
    if (timeout < 1 || timeout > SECONDS_LATEST) throw usageError(`--timeout must be 1 to ${SECONDS_LATEST}`);
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const deadline = context.now() + timeout * 1000;
    for (;;) {
      const found = await look(connection, params, args['request-id'], context.signal);
      const { status } = found;
      if (status !== 'WAIT' && status !== 'RUNNING') {
        // so that the next command finds it; a discarded invocation never ran
        if (status !== 'DISCARD') await findReceipt(connection, args['request-id'], context.signal);
        return { kind: 'record', data: found, exitCode: status === 'SUCCESS' ? EXIT.ok : EXIT.functionFailed };
      }
      if (context.now() >= deadline) {
        throw new CliError(`after ${timeout} s its state is still ${status}`, {
          code: 'CLI.TIMEOUT',
          hint: 'It continues. Wait longer with --timeout.',
        });
      }
      await delay(LOOK_AGAIN_MS, undefined, { signal: context.signal });
    }
  },
});
