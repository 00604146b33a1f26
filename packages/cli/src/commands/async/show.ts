import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const show = defineCommand({
  name: 'async show',
  summary: 'Asynchronous settings of a function, and of its versions and aliases that have their own',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs async show hello'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { data } = await connection.client.call('listFunctionAsyncInvokeConfig', {
      params: connection.functionParams(args.function, flags.package),
      query: { limit: '100' },
      signal: context.signal,
    });
    return {
      kind: 'table',
      columns: [
        { key: 'qualifier', title: 'OF' },
        { key: 'max_async_retry_attempts', title: 'RETRIES', align: 'right' },
        { key: 'max_async_event_age_in_seconds', title: 'MAX AGE S', align: 'right' },
        { key: 'success', title: 'ON SUCCESS' },
        { key: 'failure', title: 'ON FAILURE' },
        { key: 'log', title: 'STATUS LOG' },
      ],
      rows: data.async_invoke_configs.map((config) => ({
        ...config,
        qualifier: config.func_urn.split(':').at(-1) ?? '',
        success: destinationText(config.destination_config.on_success),
        failure: destinationText(config.destination_config.on_failure),
        log: config.enable_async_status_log ? 'on' : 'off',
      })),
      none: 'nothing is set: one retry, events may wait for an hour',
    };
  },
});

function destinationText(
  destination: { destination?: string | null; param?: string | null } | null | undefined,
): string {
  return destination == null ? '' : `${destination.destination ?? ''} ${destination.param ?? ''}`;
}
