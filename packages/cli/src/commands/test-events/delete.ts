import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';
import { findTestEvent } from './find.ts';

export const remove = defineCommand({
  name: 'test-events delete',
  summary: 'Delete a test event',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'name', summary: 'name of the test event' },
  ],
  examples: ['fgs test-events delete hello ada --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { id, name } = await findTestEvent(connection, params, args.name, context.signal);
    if (!flags.yes) await confirmDeletion(`test event ${name} of ${args.function}`, context);
    await connection.client.call('deleteEvent', { params: { ...params, event_id: id }, signal: context.signal });
    return { kind: 'message', text: `deleted test event ${name}`, data: { id, name, outcome: 'deleted' } };
  },
});
