import type { CallOutput } from '@funcgraph/api';
import { connect, FUNCTION_FLAGS, pagesOf } from '../connection/index.ts';
import {
  CliError,
  confirmDeletion,
  defineCommand,
  EXIT,
  flag,
  type Noun,
  usageError,
  YES_FLAG,
} from '../framework/index.ts';
import { FUNCTION, operation, word } from '../operations/index.ts';

const ID = word('id', 'id of the dead letter', 'letter_id');
/** Most of one request. */
const PAGE = 500;

const nextMarker = ({ next_marker: marker }: { readonly next_marker?: string }) =>
  marker === undefined ? undefined : { marker };

const redriveAll = defineCommand({
  name: 'dead-letters redrive-all',
  summary: 'Send all dead letters of a function again, each once',
  flags: FUNCTION_FLAGS,
  args: [FUNCTION],
  examples: ['fgs dead-letters redrive-all hello'],
  async run({ flags, args }, context) {
    const { client, functionParams } = await connect(flags, context);
    const params = functionParams(args.function, flags.package);
    const call = (body: { readonly marker?: string }) =>
      client.call('redriveFunctionDeadLetters', { params, body, signal: context.signal });
    const pages: CallOutput<'redriveFunctionDeadLetters'>['data'][] = [];
    for await (const page of pagesOf({}, call, nextMarker)) pages.push(page);
    const redriven = pages.flatMap((page) => page.redriven);
    const refused = pages.flatMap((page) => page.refused);
    const [first] = refused;
    if (first !== undefined) {
      const text = `${redriven.length} redriven, ${refused.length} refused; the first, ${first.id}: ${first.message}`;
      throw new CliError(text, { code: 'CLI.NOT_ALL_REDRIVEN', exitCode: EXIT.failure });
    }
    return { kind: 'message', text: `${redriven.length} redriven`, data: { redriven } };
  },
});

const purge = defineCommand({
  name: 'dead-letters purge',
  summary: 'Delete all dead letters of a function, also of a deleted one',
  flags: { ...YES_FLAG, ...FUNCTION_FLAGS },
  args: [FUNCTION],
  examples: ['fgs dead-letters purge hello', 'fgs dead-letters purge hello --yes'],
  async run({ flags, args }, context) {
    const { client, functionParams } = await connect(flags, context);
    const params = functionParams(args.function, flags.package);
    if (!flags.yes) await confirmDeletion(`all dead letters of ${args.function}, with their events`, context);
    const call = (query: { readonly marker?: string }) =>
      client.call('deleteFunctionDeadLetters', { params, query, signal: context.signal });
    let deleted = 0;
    for await (const page of pagesOf({}, call, nextMarker)) deleted += page.deleted;
    const what = deleted === 1 ? '1 dead letter' : `${deleted} dead letters`;
    return { kind: 'message', text: `${args.function}: ${what} deleted`, data: { deleted } };
  },
});

export const deadLetters: Noun = {
  name: 'dead-letters',
  summary: 'Permanently failed asynchronous invocations and deliveries',
  commands: [
    operation('dead-letters list', 'listDeadLetters', {
      summary: 'Permanently failed asynchronous invocations, undelivered results and messages of topics, newest first',
      flags: {
        function: flag.text('NAME|URN', 'only those of this function'),
        limit: flag.integer('N', 'most lines to show', { fallback: 50 }),
        package: FUNCTION_FLAGS.package,
      },
      fields({ function: name, limit, package: pkg }, { functionParams }) {
        if (limit < 1) throw usageError('--limit must be 1 or more');
        return {
          function_urn: name === undefined ? undefined : functionParams(name, pkg).function_urn,
          limit: String(Math.min(limit, PAGE)),
        };
      },
      examples: ['fgs dead-letters list', 'fgs dead-letters list --function hello --limit 500'],
      rows: ({ dead_letters }) =>
        dead_letters.map((row) => ({
          ...row,
          name: row.kind === 'notification' ? `topic ${row.topic}` : row.function_urn.split(':').slice(6).join(':'),
        })),
      next: ({ next_marker: marker }, seen, { limit }) =>
        marker === undefined || seen >= limit ? undefined : { marker, limit: String(Math.min(limit - seen, PAGE)) },
      columns: {
        died_at: 'DIED',
        id: 'ID',
        kind: 'KIND',
        name: 'FUNCTION',
        reason: 'REASON',
        attempts: 'ATTEMPTS',
        message: 'MESSAGE',
      },
      none: 'no dead letters',
    }),
    operation('dead-letters show', 'showDeadLetter', {
      summary: 'A dead letter: its failure, the functions that led to it, and its event',
      args: [ID],
      examples: ['fgs dead-letters show 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
    }),
    operation('dead-letters redrive', 'redriveDeadLetter', {
      summary: 'Send a dead letter again; repeated, it still runs once',
      args: [ID],
      examples: ['fgs dead-letters redrive 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
      text: ({ request_id }) => `redriven as ${request_id}`,
    }),
    redriveAll,
    operation('dead-letters delete', 'deleteDeadLetter', {
      summary: 'Delete a dead letter and its event',
      args: [ID],
      examples: ['fgs dead-letters delete 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11 --yes'],
      confirm: ({ id }) => `dead letter ${id}`,
      text: (_, { id }) => `deleted dead letter ${id}`,
      data: (_, { id }) => ({ id, outcome: 'deleted' }),
    }),
    purge,
  ],
};
