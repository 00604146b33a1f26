import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';
import { APP_ARGS, findApp } from './find.ts';

export const remove = defineCommand({
  name: 'gateway-apps delete',
  summary: 'Delete an app; its calls are refused from then on',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: APP_ARGS,
  examples: ['fgs gateway-apps delete partner --yes'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const { app, params } = await findApp(client, projectId, args.app, context.signal);
    if (!flags.yes) await confirmDeletion(`app ${app.name}`, context);
    await client.call('deleteGatewayApp', { params, signal: context.signal });
    return { kind: 'message', text: `deleted app ${app.name}`, data: { ...app, outcome: 'deleted' } };
  },
});
