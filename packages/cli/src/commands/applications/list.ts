import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { allApplications } from './application.ts';

export const list = defineCommand({
  name: 'applications list',
  summary: 'Applications of the project, newest first',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs applications list', 'fgs applications list --output json'],
  async run({ flags }, context) {
    const all = await allApplications(await connect(flags, context), context.signal);
    return {
      kind: 'table',
      columns: { name: 'APPLICATION', status: 'STATUS', changed: 'LAST CHANGE', description: 'DESCRIPTION', id: 'ID' },
      rows: all.map((each) => ({ ...each, changed: new Date(each.last_modified_time).toISOString() })),
      none: 'no applications; make one with: fgs applications create',
    };
  },
});
