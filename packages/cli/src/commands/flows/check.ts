import type { CallInput } from '@funcgraph/api';
import type { JsonObject, Violation } from '@funcgraph/flow';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, EXIT, flag, type Output } from '../../framework/index.ts';
import { readFlowFile } from './read-flow-file.ts';
import { placeOf, violationsOf } from './violations.ts';

/** The body that saves the content of a file: our graph, or states of the API as they are. */
export function bodyOf(document: JsonObject): NonNullable<CallInput<'createWorkflow'>['body']> {
  return 'states' in document ? document : { graph: document };
}

export const check = defineCommand({
  name: 'flows check',
  summary: 'The rules that the flow in a file breaks, without a server; exit code 3 if there are any',
  flags: {
    online: flag.boolean('also check its functions, sub-flows and your rights on the server'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'file', summary: 'YAML or JSON' }],
  examples: ['fgs flows check order.yaml', 'fgs flows check order.yaml --online'],
  async run({ flags, args }, context) {
    const document = await readFlowFile(args.file, context);
    if (!flags.online) return shown(args.file, violationsOf(document));
    const { client, credentials } = await connect(flags, context);
    const params = { project_id: credentials.projectId };
    const { data } = await client.call('checkWorkflow', { params, body: bodyOf(document), signal: context.signal });
    return shown(args.file, data.violations);
  },
});

function shown(file: string, violations: readonly Violation[]): Output {
  if (violations.length === 0) {
    return { kind: 'message', text: `${file} breaks no rule`, data: { file, violations: [] } };
  }
  const rows = violations.map((one) => ({ where: placeOf(one), code: one.code, message: one.message }));
  const columns = { where: 'WHERE', code: 'RULE', message: 'WHAT' };
  return { kind: 'table', columns, rows, none: '', exitCode: EXIT.refused };
}
