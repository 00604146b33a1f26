import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'test-events list',
  summary: 'Test events that were saved with a function',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs test-events list hello'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { data } = await connection.client.call('listEvents', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'changed', title: 'LAST CHANGE' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.events.map((event) => ({ ...event, changed: new Date(event.last_modified * 1000).toISOString() })),
      none: 'no test events; save one with fgs test-events create',
    };
  },
});
