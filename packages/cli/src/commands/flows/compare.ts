import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag } from '../../framework/index.ts';
import { comparisonText } from './comparison-text.ts';
import { FLOW, RUN } from './flow.ts';

export const compare = defineCommand({
  name: 'flows runs compare',
  summary: 'How two runs differ: definition, input, and each attempt of their nodes',
  flags: {
    'with-flow': flag.text('FLOW', 'the flow of the second run, if it is another one'),
    all: flag.boolean('also show what is the same in both runs'),
    ...CONNECTION_FLAGS,
  },
  args: [
    { name: 'flow', summary: FLOW.summary },
    { name: 'run', summary: RUN.summary },
    { name: 'other', summary: 'id of the second run' },
  ],
  examples: ['fgs flows runs compare order order-4711 order-4712', 'fgs flows runs compare order o1 o2 --output json'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const connection = await connect(flags, context);
    const find = (text: string) => FLOW.find(text, { connection, flags, named: {}, signal });
    const flow = await find(args.flow);
    const params = {
      project_id: connection.credentials.projectId,
      workflow_id: flow.id,
      execution_id: args.run,
    };
    const other = flags['with-flow'] === undefined ? {} : { with_workflow: (await find(flags['with-flow'])).id };
    const query = { with: args.other, ...other, ...(flags.all ? { all: 'true' as const } : {}) };
    const { data } = await connection.client.call('compareWorkflowExecutions', { params, query, signal });
    return { kind: 'message', text: comparisonText(data), data };
  },
});
