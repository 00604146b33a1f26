import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';

/** Most of one request. */
const PAGE = 500;

export const list = defineCommand({
  name: 'dead-letters list',
  summary: 'Asynchronous invocations that were given up and outcomes that could not be delivered, newest first',
  args: [],
  flags: {
    function: { type: 'text', placeholder: 'NAME|URN', summary: 'only those of this function' },
    limit: { type: 'integer', placeholder: 'N', fallback: 50, summary: 'most lines to show' },
    ...FUNCTION_FLAGS,
  },
  examples: ['fgs dead-letters list', 'fgs dead-letters list --function hello --limit 500'],
  async run({ flags }, context) {
    if (flags.limit < 1) throw usageError('--limit must be 1 or more');
    const { client, credentials, functionParams } = await connect(flags, context);
    const of =
      flags.function === undefined ? {} : { function_urn: functionParams(flags.function, flags.package).function_urn };
    const rows = [];
    let marker: string | undefined;
    do {
      const { data } = await client.call('listDeadLetters', {
        params: { project_id: credentials.projectId },
        query: {
          ...of,
          limit: String(Math.min(flags.limit - rows.length, PAGE)),
          ...(marker === undefined ? {} : { marker }),
        },
        signal: context.signal,
      });
      rows.push(...data.dead_letters);
      marker = data.next_marker;
    } while (marker !== undefined && rows.length < flags.limit);
    return {
      kind: 'table',
      columns: [
        { key: 'died_at', title: 'DIED' },
        { key: 'id', title: 'ID' },
        { key: 'kind', title: 'KIND' },
        { key: 'name', title: 'FUNCTION' },
        { key: 'reason', title: 'REASON' },
        { key: 'attempts', title: 'ATTEMPTS', align: 'right' },
        { key: 'message', title: 'MESSAGE' },
      ],
      rows: rows.map((row) => ({ ...row, name: row.function_urn.split(':').slice(6).join(':') })),
      none: 'no dead letters',
    };
  },
});
