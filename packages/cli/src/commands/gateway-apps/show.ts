import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { APP_ARGS, findApp } from './find.ts';

export const show = defineCommand({
  name: 'gateway-apps show',
  summary: 'An app, and the triggers that it may call',
  flags: CONNECTION_FLAGS,
  args: APP_ARGS,
  examples: ['fgs gateway-apps show partner'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const { params } = await findApp(client, projectId, args.app, context.signal);
    const { data } = await client.call('showGatewayApp', { params, signal: context.signal });
    return { kind: 'record', data };
  },
});
