import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { confirmDeletion, defineCommand, flag } from '../../framework/index.ts';

export const purge = defineCommand({
  name: 'dead-letters purge',
  summary: 'Delete all dead letters of a function, also of a deleted one',
  flags: { yes: flag.boolean('do not ask', { short: 'y' }), ...FUNCTION_FLAGS },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs dead-letters purge hello', 'fgs dead-letters purge hello --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    if (!flags.yes) await confirmDeletion(`all dead letters of ${args.function}, with their events`, context);
    let deleted = 0;
    let marker: string | undefined;
    do {
      const { data } = await connection.client.call('deleteFunctionDeadLetters', {
        params,
        query: marker === undefined ? {} : { marker },
        signal: context.signal,
      });
      deleted += data.deleted;
      marker = data.next_marker;
    } while (marker !== undefined);
    const what = deleted === 1 ? '1 dead letter' : `${deleted} dead letters`;
    return { kind: 'message', text: `${args.function}: ${what} deleted`, data: { deleted } };
  },
});
