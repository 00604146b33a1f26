import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, usageError } from '../../framework/index.ts';
import { FLOW } from './flow.ts';
import { objectOf } from './input.ts';

export const callback = defineCommand({
  name: 'flows callback',
  summary: 'End the wait of a run for a callback',
  flags: {
    result: flag.text('JSON', 'the output of the wait; {} when absent'),
    fail: flag.text('TEXT', 'fail the wait, for this reason'),
    ...CONNECTION_FLAGS,
  },
  args: [
    { name: 'flow', summary: FLOW.summary },
    { name: 'run', summary: 'id of the run: $RUN.id' },
    { name: 'callback', summary: 'id of the callback: $RUN.callback.<node>' },
  ],
  examples: [
    `fgs flows callback order order-4711 "$CALLBACK" --result '{"approved":true}'`,
    'fgs flows callback order order-4711 "$CALLBACK" --fail "not approved"',
  ],
  async run({ flags, args }, context) {
    if (flags.result !== undefined && flags.fail !== undefined)
      throw usageError('--result and --fail exclude each other');
    const body =
      flags.fail === undefined
        ? { result: 'success' as const, output: objectOf(flags.result ?? '{}', '--result') }
        : { result: 'fail' as const, error: flags.fail };
    const { signal } = context;
    const connection = await connect(flags, context);
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: connection.credentials.projectId, workflow_id: flow.id };
    const headers = { 'X-Workflow-Run-Id': args.run, 'X-Workflow-State-Id': args.callback };
    const { data } = await connection.client.call('createCallbackWorkflow', { params, headers, body, signal });
    return { kind: 'message', text: `${data.execution_id}  called back`, data };
  },
});
