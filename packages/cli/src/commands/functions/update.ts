import { connect, FUNCTION_FLAGS, parseConfig } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { CONFIG_FLAGS, configChange, configFields } from './config-flags.ts';

export const update = defineCommand({
  name: 'functions update',
  summary: 'Change the configuration of a function; its code is left alone',
  flags: { ...CONFIG_FLAGS, ...FUNCTION_FLAGS },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs functions update hello --memory 512 --timeout 30',
    'fgs functions update hello --env-file production.env',
  ],
  async run({ flags, args }, context) {
    const wanted = await configFields(flags, context);
    if (Object.keys(wanted).length === 0)
      throw usageError('nothing to change: give at least one field', 'fgs functions update --help lists them');
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const present = parseConfig(
      (await connection.client.call('showFunctionConfig', { params, signal: context.signal })).data,
    );
    const body = configChange(present, wanted);
    const name = present.func_name;
    if (body === undefined)
      return { kind: 'message', text: `${name}: unchanged`, data: { name, outcome: 'unchanged' } };
    await connection.client.call('updateFunctionConfig', { params, body, signal: context.signal });
    return {
      kind: 'message',
      text: `${name}: updated ${Object.keys(wanted).join(', ')}`,
      data: { name, outcome: 'updated' },
    };
  },
});
