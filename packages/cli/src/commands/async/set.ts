import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { destinationOf } from './destination-flag.ts';

export const set = defineCommand({
  name: 'async set',
  summary: 'Set the retries and destinations of asynchronous invocations; replaces earlier settings',
  flags: {
    retries: { type: 'integer', placeholder: 'N', fallback: 1, summary: 'attempts after the first one, 0 to 3' },
    'max-age': {
      type: 'integer',
      placeholder: 'SECONDS',
      fallback: 3600,
      summary: 'how long an event may wait to run',
    },
    'on-success': { type: 'text', placeholder: 'URN|URL', summary: 'function or webhook that gets the result' },
    'on-failure': {
      type: 'text',
      placeholder: 'URN|URL',
      summary: 'the same, for invocations that failed permanently',
    },
    'status-log': { type: 'boolean', summary: 'a line in the log for each change of status' },
    qualifier: { type: 'text', placeholder: 'VERSION|!ALIAS', summary: 'of a version or alias; latest without it' },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs async set hello --retries 3 --on-failure https://example.com/alarm',
    'fgs async set hello --on-success urn:fss:local-1:PROJECT:function:default:next',
  ],
  async run({ flags, args }, context) {
    const onSuccess = destinationOf(flags['on-success'], '--on-success');
    const onFailure = destinationOf(flags['on-failure'], '--on-failure');
    const connection = await connect(flags, context);
    const { data } = await connection.client.call('updateFunctionAsyncInvokeConfig', {
      params: connection.functionParams(args.function, flags.package, flags.qualifier),
      body: {
        max_async_retry_attempts: flags.retries,
        max_async_event_age_in_seconds: flags['max-age'],
        enable_async_status_log: flags['status-log'],
        destination_config: {
          ...(onSuccess === undefined ? {} : { on_success: onSuccess }),
          ...(onFailure === undefined ? {} : { on_failure: onFailure }),
        },
      },
      signal: context.signal,
    });
    return { kind: 'record', data };
  },
});
