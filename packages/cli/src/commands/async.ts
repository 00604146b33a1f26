import { DESTINATION_KINDS } from '@funcgraph/api';
import { flag, type Noun, usageError } from '../framework/index.ts';
import { FUNCTION, operation, QUALIFIED_FUNCTION } from '../operations/index.ts';

const QUALIFIER = {
  qualifier: flag.text('VERSION|!ALIAS', 'of a version or alias; latest without it'),
} as const;

/** A function or topic by its URN, a webhook by its address, a bucket as `obs://`, a stream as `dis://`. Throws a usage error for anything else. */
function destinationOf(text: string | undefined, flag: string) {
  if (text === undefined) return undefined;
  const nouns: string[] = [];
  for (const [destination, kind] of Object.entries(DESTINATION_KINDS)) {
    if (kind.begins.test(text)) {
      const param = 'paramOf' in kind ? kind.paramOf(text) : { [kind.param]: text };
      return { destination, param: JSON.stringify(param) };
    }
    nouns.push(kind.noun);
  }
  throw usageError(`${flag} is neither ${nouns.join(' nor ')}: ${JSON.stringify(text)}`);
}

function destinationText(
  destination: { destination?: string | null; param?: string | null } | null | undefined,
): string {
  return destination == null ? '' : `${destination.destination ?? ''} ${destination.param ?? ''}`;
}

export const asyncSettings: Noun = {
  name: 'async',
  summary: 'Retries and destinations of asynchronous invocations',
  commands: [
    operation('async set', 'updateFunctionAsyncInvokeConfig', {
      summary: 'Set the retries and destinations of asynchronous invocations; replaces earlier settings',
      args: [QUALIFIED_FUNCTION],
      flags: {
        retries: ['N', 'attempts after the first one, 0 to 3', { field: 'max_async_retry_attempts', fallback: 1 }],
        'max-age': [
          'SECONDS',
          'how long an event may wait to run',
          { field: 'max_async_event_age_in_seconds', fallback: 3600 },
        ],
        'on-success': flag.text(
          'URN|URL',
          'function, topic, webhook, bucket (obs://bucket/prefix) or stream (dis://name) that gets the result',
        ),
        'on-failure': flag.text('URN|URL', 'the same, for invocations that failed permanently'),
        'status-log': flag.boolean('a line in the log for each change of status'),
        ...QUALIFIER,
      },
      fields(flags) {
        const on_success = destinationOf(flags['on-success'], '--on-success');
        const on_failure = destinationOf(flags['on-failure'], '--on-failure');
        return {
          enable_async_status_log: flags['status-log'],
          destination_config: { ...(on_success && { on_success }), ...(on_failure && { on_failure }) },
        };
      },
      examples: [
        'fgs async set hello --retries 3 --on-failure https://example.com/alarm',
        "fgs async set hello --on-success 'obs://results/hello/?expires=30'",
        'fgs async set hello --on-success dis://results',
        'fgs async set hello --on-success urn:fss:local-1:PROJECT:function:default:next',
      ],
    }),
    operation('async show', 'listFunctionAsyncInvokeConfig', {
      summary: 'Asynchronous settings of a function, and of its versions and aliases that have their own',
      args: [FUNCTION],
      fields: { limit: '100' },
      examples: ['fgs async show hello'],
      rows: ({ async_invoke_configs }) =>
        async_invoke_configs.map((config) => ({
          ...config,
          qualifier: config.func_urn.split(':').at(-1) ?? '',
          success: destinationText(config.destination_config.on_success),
          failure: destinationText(config.destination_config.on_failure),
          log: config.enable_async_status_log ? 'on' : 'off',
        })),
      columns: {
        qualifier: 'OF',
        max_async_retry_attempts: 'RETRIES',
        max_async_event_age_in_seconds: 'MAX AGE S',
        success: 'ON SUCCESS',
        failure: 'ON FAILURE',
        log: 'STATUS LOG',
      },
      none: 'nothing is set: one retry, events may wait for an hour',
    }),
    operation('async reset', 'deleteFunctionAsyncInvokeConfig', {
      summary: 'Go back to one retry, events of at most an hour, and no destinations',
      args: [QUALIFIED_FUNCTION],
      flags: QUALIFIER,
      examples: ['fgs async reset hello'],
      text: (_, { function: { name } }) => `${name}: the usual asynchronous settings`,
      data: (_, { function: { function_urn } }) => ({ function_urn, outcome: 'reset' }),
    }),
  ],
};
