import { stringify } from 'yaml';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag } from '../../framework/index.ts';
import { FLOW } from './flow.ts';
import { withNames } from './with-names.ts';

export const exportFlow = defineCommand({
  name: 'flows export',
  summary: 'The definition of a flow as a file that deploy takes, to standard output',
  flags: {
    format: flag.text('FORMAT', 'of the file', { fallback: 'yaml', choices: ['yaml', 'json'] }),
    states: flag.boolean('in the form of the FunctionGraph API, in place of nodes and edges'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'flow', summary: FLOW.summary }],
  examples: ['fgs flows export order > order.yaml', 'fgs flows export order --states --format json'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const connection = await connect(flags, context);
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: connection.credentials.projectId, workflow_id: flow.id };
    const { data } = await connection.client.call('showWorkFlow', { params, signal });
    const definition = flags.states ? data.definition : withNames(data.graph, connection.credentials.projectId);
    const text = flags.format === 'json' ? `${JSON.stringify(definition, null, 2)}\n` : stringify(definition);
    return { kind: 'bytes', bytes: Buffer.from(text), data: definition, note: '' };
  },
});
