import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { CONTENT_FLAGS, readContent } from './content-flags.ts';

export const create = defineCommand({
  name: 'test-events create',
  summary: 'Save a test event with a function; it has room for ten',
  flags: { ...CONTENT_FLAGS, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'name', summary: 'name of the test event' },
  ],
  examples: [
    `fgs test-events create hello ada --data '{"name":"Ada"}'`,
    'fgs test-events create resize put --template obs',
  ],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const body = { name: args.name, content: await readContent(flags, connection, context) };
    const { data } = await connection.client.call('createEvent', { params, body, signal: context.signal });
    const run = `fgs functions invoke ${args.function} --test-event ${data.name}`;
    return { kind: 'message', text: `${data.name}: saved. Run it: ${run}`, data };
  },
});
