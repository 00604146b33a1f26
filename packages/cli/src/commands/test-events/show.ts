import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { testEventBytes } from './find.ts';

export const show = defineCommand({
  name: 'test-events show',
  summary: 'Print a test event as it was saved',
  flags: FUNCTION_FLAGS,
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'name', summary: 'name of the test event' },
  ],
  examples: ['fgs test-events show hello ada', 'fgs test-events show hello ada > event.json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const bytes = await testEventBytes(connection, params, args.name, context.signal);
    return { kind: 'bytes', bytes, note: '', data: { name: args.name, content: Buffer.from(bytes).toString('utf8') } };
  },
});
