import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { nameOf, qualifierOf, whatOf } from './trigger.ts';

export const list = defineCommand({
  name: 'triggers list',
  summary: 'Triggers of a function, its versions and its aliases',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs triggers list hello', 'fgs triggers list hello --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { data } = await connection.client.call('listFunctionTriggers', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'TRIGGER' },
        { key: 'trigger_type_code', title: 'TYPE' },
        { key: 'qualifier', title: 'STARTS' },
        { key: 'trigger_status', title: 'STATUS' },
        { key: 'what', title: 'WHEN OR WHERE' },
        { key: 'trigger_id', title: 'ID' },
      ],
      rows: data.map((trigger) => ({
        ...trigger,
        name: nameOf(trigger),
        qualifier: qualifierOf(trigger),
        what: whatOf(trigger),
      })),
      none: 'no triggers',
    };
  },
});
