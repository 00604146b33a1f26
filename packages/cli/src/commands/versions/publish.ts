import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const publish = defineCommand({
  name: 'versions publish',
  summary: 'Publish the present code and configuration as an immutable version',
  flags: {
    name: { type: 'text', placeholder: 'VERSION', summary: 'name of the version; made of the time without it' },
    description: { type: 'text', placeholder: 'TEXT', summary: 'its changes' },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs versions publish hello', 'fgs versions publish hello --name 1.2.0 --description "greets by name"'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { data } = await connection.client.call('createFunctionVersion', {
      params: connection.functionParams(args.function, flags.package),
      body: {
        ...(flags.name === undefined ? {} : { version: flags.name }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
      },
      signal: context.signal,
    });
    return {
      kind: 'message',
      text: `${data.func_name}: published ${data.version}`,
      data: { func_urn: data.func_urn, version: data.version, outcome: 'published' },
    };
  },
});
