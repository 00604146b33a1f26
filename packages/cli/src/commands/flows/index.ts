import { CliError, EXIT, type Noun } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { callback } from './callback.ts';
import { check } from './check.ts';
import { deploy } from './deploy.ts';
import { exportFlow } from './export.ts';
import { FLOW } from './flow.ts';
import { graphText } from './graph-text.ts';
import { flowTemplates, init } from './init.ts';
import { logs } from './logs.ts';
import { runCommands } from './runs.ts';
import { start } from './start.ts';
import { tagCommands } from './tags.ts';
import { triggerText } from './trigger-text.ts';

const PAGE = 200;
/** The operation deletes many, by their URNs. */
const DELETED: typeof FLOW = { ...FLOW, fields: ({ workflow_urn }) => ({ workflow_urns: [workflow_urn] }) };

export const flows: Noun = {
  name: 'flows',
  summary: 'Function flows: graphs of functions, and their runs',
  commands: [
    flowTemplates,
    init,
    check,
    deploy,
    operation('flows list', 'listWorkflow', {
      summary: 'Flows of the project that you may see, newest first',
      flags: {
        name: ['TEXT', 'only flows with this text in their name', { field: 'workflow_name' }],
        mode: ['MODE', 'only NORMAL or EXPRESS flows'],
      },
      fields: { limit: String(PAGE) },
      next: ({ total }, seen) => (seen < total ? { offset: String(seen) } : undefined),
      examples: ['fgs flows list', 'fgs flows list --name order'],
      rows: ({ workflows }) => workflows,
      columns: {
        name: 'FLOW',
        mode: 'MODE',
        updated_time: 'SAVED',
        created_by: 'CREATED BY',
        description: 'DESCRIPTION',
      },
      none: 'no flows; save one with: fgs flows deploy FILE',
    }),
    operation('flows show', 'showWorkFlow', {
      summary: 'A flow with its definition',
      args: [FLOW],
      examples: ['fgs flows show order', 'fgs flows show order --output json'],
      hide: ['definition', 'graph', 'triggers'],
      below: ({ graph, triggers }) => triggerText(triggers) + graphText(graph),
    }),
    operation('flows renew-secret', 'renewWorkflowTriggerSecret', {
      summary: 'Give an event webhook of a flow a new secret; the old one is void at once',
      args: [FLOW, word('trigger', 'name of the EVENT trigger', 'trigger_name')],
      examples: ['fgs flows renew-secret order shop'],
      text: ({ trigger_name, secret }) => `${trigger_name}: renewed\nsecret: ${secret}`,
    }),
    exportFlow,
    operation('flows delete', 'batchDeleteWorkflows', {
      summary: 'Delete a flow without active runs; its runs can no longer be seen',
      args: [DELETED],
      examples: ['fgs flows delete order --yes'],
      confirm: ({ flow }) => `flow ${flow.name}`,
      text({ fail: [failure] }, { flow }) {
        if (failure === undefined) return `deleted flow ${flow.name}`;
        throw new CliError(failure.error_detail, { code: 'CLI.REFUSED', exitCode: EXIT.refused });
      },
      data: (_, { flow }) => ({ ...flow, outcome: 'deleted' }),
    }),
    start,
    ...runCommands,
    logs,
    callback,
    ...tagCommands,
  ],
};
