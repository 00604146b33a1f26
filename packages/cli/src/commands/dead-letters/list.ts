import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, flag, usageError } from '../../framework/index.ts';

/** Most of one request. */
const PAGE = 500;

export const list = defineCommand({
  name: 'dead-letters list',
  summary: 'Permanently failed asynchronous invocations and undelivered results, newest first',
  args: [],
  flags: {
    function: flag.text('NAME|URN', 'only those of this function'),
    limit: flag.integer('N', 'most lines to show', { fallback: 50 }),
    ...FUNCTION_FLAGS,
  },
  examples: ['fgs dead-letters list', 'fgs dead-letters list --function hello --limit 500'],
  async run({ flags }, context) {
    if (flags.limit < 1) throw usageError('--limit must be 1 or more');
    const { client, credentials, functionParams } = await connect(flags, context);
    const of =
      flags.function === undefined ? {} : { function_urn: functionParams(flags.function, flags.package).function_urn };
    const page = async (limit: number, marker: string | undefined) =>
      (
        await client.call('listDeadLetters', {
          params: { project_id: credentials.projectId },
          query: { ...of, limit: String(Math.min(limit, PAGE)), ...(marker === undefined ? {} : { marker }) },
          signal: context.signal,
        })
      ).data;
    let { dead_letters: rows, next_marker: marker } = await page(flags.limit, undefined);
    while (marker !== undefined && rows.length < flags.limit) {
      const next = await page(flags.limit - rows.length, marker);
      rows = [...rows, ...next.dead_letters];
      marker = next.next_marker;
    }
    return {
      kind: 'table',
      columns: {
        died_at: 'DIED',
        id: 'ID',
        kind: 'KIND',
        name: 'FUNCTION',
        reason: 'REASON',
        attempts: 'ATTEMPTS',
        message: 'MESSAGE',
      },
      rows: rows.map((row) => ({ ...row, name: row.function_urn.split(':').slice(6).join(':') })),
      none: 'no dead letters',
    };
  },
});
