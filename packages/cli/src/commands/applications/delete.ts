import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';
import { APPLICATION_ARGS, findApplication, functionsText } from './application.ts';

export const remove = defineCommand({
  name: 'applications delete',
  summary: 'Delete an application with its functions',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: APPLICATION_ARGS,
  examples: ['fgs applications delete shop', 'fgs applications delete shop --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { signal } = context;
    const { id, detail } = await findApplication(connection, args.application, signal);
    const functions = functionsText(detail);
    if (!flags.yes) {
      const what = functions === '' ? 'which has no functions' : `with ${functions}`;
      await confirmDeletion(`application ${detail.name}, ${what}`, context);
    }
    const params = { project_id: connection.credentials.projectId, id };
    await connection.client.call('deleteFunctionApp', { params, signal });
    const text = `${detail.name}: deleted${functions === '' ? '' : `, with ${functions}`}`;
    return { kind: 'message', text, data: { id, name: detail.name, outcome: 'deleted' } };
  },
});
