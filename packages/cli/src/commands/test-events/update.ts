import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { CONTENT_FLAGS, readContent } from './content-flags.ts';
import { findTestEvent } from './find.ts';

export const update = defineCommand({
  name: 'test-events update',
  summary: 'Replace the content of a test event',
  flags: { ...CONTENT_FLAGS, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'name', summary: 'name of the test event' },
  ],
  examples: [`fgs test-events update hello ada --data '{"name":"Ada Lovelace"}'`],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { id } = await findTestEvent(connection, params, args.name, context.signal);
    const body = { content: await readContent(flags, connection, context) };
    const asked = { params: { ...params, event_id: id }, body, signal: context.signal };
    const { data } = await connection.client.call('updateEvent', asked);
    return { kind: 'message', text: `${data.name}: changed`, data };
  },
});
