import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { parsePolicy } from './policy-flag.ts';

export const set = defineCommand({
  name: 'reserved set',
  summary: 'Keep instances of a function ready; replaces earlier settings',
  flags: {
    count: {
      type: 'integer',
      placeholder: 'N',
      required: true,
      summary: 'instances that are always kept; 0 for none',
    },
    version: { type: 'text', placeholder: 'VERSION', summary: 'for calls of this version; latest without it' },
    alias: { type: 'text', placeholder: 'ALIAS', summary: 'for calls through this alias' },
    idle: { type: 'boolean', summary: 'idle mode: no processor between requests' },
    policy: {
      type: 'list',
      placeholder: 'NAME,COUNT,FROM,UNTIL,CRON',
      summary: 'more of them from each time that CRON (UTC) names, in the window FROM to UNTIL (local time)',
    },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs reserved set hello --count 2 --idle',
    'fgs reserved set hello --alias live --count 1 --policy "morning,10,2027-01-01,2027-02-01,0 0 8 * * ?"',
    'fgs reserved set hello --count 0',
  ],
  async run({ flags, args }, context) {
    const { version, alias, count, idle } = flags;
    if (version !== undefined && alias !== undefined) throw usageError('--version and --alias exclude each other');
    const cron_configs = flags.policy.map(parsePolicy);
    const connection = await connect(flags, context);
    const qualifier = alias === undefined ? version : `!${alias}`;
    const params = connection.functionParams(args.function, flags.package, qualifier);
    const { data } = await connection.client.call('updateFunctionReservedInstancesCount', {
      params,
      body: { count, idle_mode: idle, tactics_config: { cron_configs } },
      signal: context.signal,
    });
    const policies = data.tactics_config.cron_configs.length;
    const more = policies === 0 ? '' : `, ${policies} ${policies === 1 ? 'policy' : 'policies'}`;
    const text = `${args.function}: ${data.count} reserved${data.idle_mode ? ', idle mode' : ''}${more}`;
    return { kind: 'message', text, data: { function_urn: params.function_urn, ...data } };
  },
});
