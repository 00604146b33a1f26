import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { KIND_FLAGS, kindBody } from './event-data.ts';
import { whatOf } from './trigger.ts';

export const create = defineCommand({
  name: 'triggers create',
  summary: 'Create a timer or a gateway route for a function',
  flags: {
    ...KIND_FLAGS,
    name: { type: 'text', placeholder: 'NAME', summary: 'of the trigger; timer or api without it' },
    disabled: { type: 'boolean', summary: 'a timer that does not run yet' },
    version: { type: 'text', placeholder: 'VERSION', summary: 'start this version; latest without it' },
    alias: { type: 'text', placeholder: 'ALIAS', summary: 'start the version that this alias points to' },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs triggers create hello --every 15m',
    'fgs triggers create hello --cron "0 0 8 * * Mon-Fri" --time-zone Asia/Shanghai --event morning --alias live',
    'fgs triggers create hello --path "/users/{id}" --method GET --exact --auth none',
  ],
  async run({ flags, args }, context) {
    const { version, alias, name, disabled } = flags;
    if (version !== undefined && alias !== undefined) throw usageError('--version and --alias exclude each other');
    const body = kindBody(flags, name);
    if (disabled && body.trigger_type_code !== 'TIMER') throw usageError('--disabled is for timers');
    const connection = await connect(flags, context);
    const qualifier = alias === undefined ? version : `!${alias}`;
    const { data } = await connection.client.call('createFunctionTrigger', {
      params: connection.functionParams(args.function, flags.package, qualifier),
      body: { ...body, ...(disabled ? { trigger_status: 'DISABLED' } : {}) },
      signal: context.signal,
    });
    const state = data.trigger_status === 'DISABLED' ? ', disabled' : '';
    return { kind: 'message', text: `${args.function}: ${whatOf(data)}${state}`, data };
  },
});
