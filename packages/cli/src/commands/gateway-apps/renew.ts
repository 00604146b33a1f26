import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { APP_ARGS, findApp } from './find.ts';

export const renew = defineCommand({
  name: 'gateway-apps renew',
  summary: 'Replace the secret and code of an app; the old ones are void at once',
  flags: CONNECTION_FLAGS,
  args: APP_ARGS,
  examples: ['fgs gateway-apps renew partner'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const { params } = await findApp(client, projectId, args.app, context.signal);
    const { data } = await client.call('renewGatewayApp', { params, signal: context.signal });
    return { kind: 'record', data, hide: ['description', 'created_time', 'last_updated_time'] };
  },
});
