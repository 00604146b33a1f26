import { DESTINATION_KINDS } from '@funcgraph/api';
import type { Connection } from '../connection/index.ts';
import { flag, type Noun, usageError } from '../framework/index.ts';
import { FUNCTION, operation, QUALIFIED_FUNCTION } from '../operations/index.ts';

const QUALIFIER = {
  qualifier: flag.text('VERSION|!ALIAS', 'of a version or alias; latest without it'),
} as const;

const FUNCTION_NAME = /^([A-Za-z][A-Za-z0-9_-]*)(?::(!?[A-Za-z0-9_.-]+))?$/;

interface From {
  readonly connection: Connection;
  /** The function whose settings these are: a destination without a package is in the same one. */
  readonly urn: string;
}

/** A function by its name, with `:VERSION` or `:!ALIAS` behind it, a function or topic by its URN, a webhook by its address, a bucket as `obs://`, a stream as `dis://`. Throws a usage error for anything else. */
function destinationOf(text: string | undefined, flag: string, { connection, urn }: From) {
  if (text === undefined) return undefined;
  const [, name, qualifier] = FUNCTION_NAME.exec(text) ?? [];
  if (name !== undefined) {
    const { function_urn } = connection.functionParams(name, urn.split(':')[5] ?? 'default', qualifier);
    return { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: function_urn }) };
  }
  const nouns = ['a function name'];
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
          'NAME|URN|URL',
          'function, topic, webhook, bucket (obs://bucket/prefix) or stream (dis://name) that gets the result',
        ),
        'on-failure': flag.text('NAME|URN|URL', 'the same, for invocations that failed permanently'),
        'status-log': flag.boolean('a line in the log for each change of status'),
        ...QUALIFIER,
      },
      fields(flags, connection, { named }) {
        const from = { connection, urn: named.function.function_urn };
        const on_success = destinationOf(flags['on-success'], '--on-success', from);
        const on_failure = destinationOf(flags['on-failure'], '--on-failure', from);
        return {
          enable_async_status_log: flags['status-log'],
          destination_config: { ...(on_success && { on_success }), ...(on_failure && { on_failure }) },
        };
      },
      examples: [
        'fgs async set hello --retries 3 --on-failure https://example.com/alarm',
        "fgs async set hello --on-success 'obs://results/hello/?expires=30'",
        'fgs async set hello --on-success dis://results',
        'fgs async set hello --on-success next',
        "fgs async set hello --on-failure 'alarm:!live'",
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
