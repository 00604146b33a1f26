import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { APPLICATION, findApplication, functionsText } from './application.ts';

export const show = defineCommand({
  name: 'applications show',
  summary: 'An application and its existing functions',
  flags: CONNECTION_FLAGS,
  args: [APPLICATION],
  examples: ['fgs applications show shop', 'fgs applications show shop --output json'],
  async run({ flags, args }, context) {
    const { id, detail } = await findApplication(await connect(flags, context), args.application, context.signal);
    return {
      kind: 'record',
      data: {
        id,
        ...detail,
        functions: functionsText(detail),
        changed: new Date(detail.last_modified_time).toISOString(),
      },
      hide: ['project_id', 'stack_id', 'stack_name', 'stack_resources', 'last_modified_time'],
    };
  },
});
