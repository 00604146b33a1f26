import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { bodyOf } from './check.ts';
import { findFlow } from './flow.ts';
import { readFlowFile } from './read-flow-file.ts';

export const deploy = defineCommand({
  name: 'flows deploy',
  summary: 'Save the flow in a file: create it, or replace the definition of the flow of that name',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'file', summary: 'YAML or JSON' }],
  examples: ['fgs flows deploy order.yaml'],
  async run({ flags, args }, context) {
    const document = await readFlowFile(args.file, context);
    const { name } = document;
    if (typeof name !== 'string') throw usageError(`${args.file} has no name`);
    const connection = await connect(flags, context);
    const { signal } = context;
    const params = { project_id: connection.credentials.projectId };
    const [body, before] = [bodyOf(document), await findFlow(name, { connection, signal })];
    const { data } =
      before === undefined
        ? await connection.client.call('createWorkflow', { params, body, signal })
        : await connection.client.call('updateWorkFlow', {
            params: { ...params, workflow_id: before.id },
            body,
            signal,
          });
    const outcome = before === undefined ? 'created' : 'unchanged' in data ? 'unchanged' : 'updated';
    return { kind: 'message', text: `${name}: ${outcome}`, data: { ...data, outcome } };
  },
});
