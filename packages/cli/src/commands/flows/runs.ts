import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand, flag } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { timeText } from '../time-text.ts';
import { compare } from './compare.ts';
import { FLOW, RUN } from './flow.ts';
import { followItems } from './follow.ts';
import { graphText } from './graph-text.ts';
import { INPUT_FLAGS, readInput } from './input.ts';

const retry = defineCommand({
  name: 'flows runs retry',
  summary: 'Start a failed run again with its input and the definition that it had; prints the new id',
  flags: CONNECTION_FLAGS,
  args: [
    { name: 'flow', summary: FLOW.summary },
    { name: 'run', summary: RUN.summary },
  ],
  examples: ['fgs flows runs retry order order-4711'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const connection = await connect(flags, context);
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: connection.credentials.projectId, workflow_id: flow.id, execution_id: args.run };
    const { headers } = await connection.client.call('retryWorkFlow', { params, signal });
    const id = headers.get('x-workflowrun-id') ?? '';
    return { kind: 'message', text: `${id}  started`, data: { execution_id: id, retry_of: args.run } };
  },
});

const show = defineCommand({
  name: 'flows runs show',
  summary: 'A run with its nodes',
  flags: {
    graph: flag.boolean('only a picture of the flow, with the state of each node'),
    full: flag.boolean('also values of any size'),
    ...CONNECTION_FLAGS,
  },
  args: [
    { name: 'flow', summary: FLOW.summary },
    { name: 'run', summary: RUN.summary },
  ],
  examples: ['fgs flows runs show order order-4711', 'fgs flows runs show order order-4711 --graph'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: credentials.projectId, workflow_id: flow.id };
    const headers = { 'X-Get-Workflow-Full-History-Data': String(flags.full) };
    const place = { ...params, execution_id: args.run };
    const { data } = await client.call('showWorkflowExecution', { params: place, headers, signal });
    const { graph } = (await client.call('showWorkflowExecutionGraph', { params: place, signal })).data;
    const picture = graphText(graph, data);
    if (flags.graph) return { kind: 'message', text: picture, data };
    return { kind: 'record', data, hide: ['workflow_id', 'node_execution_details'], below: picture };
  },
});

const follow = defineCommand({
  name: 'flows runs follow',
  summary: 'What happens in a run, from its start to its end',
  flags: CONNECTION_FLAGS,
  args: [
    { name: 'flow', summary: FLOW.summary },
    { name: 'run', summary: RUN.summary },
  ],
  examples: ['fgs flows runs follow order order-4711'],
  async run({ flags, args }, context) {
    const { signal } = context;
    const connection = await connect(flags, context);
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const { projectId } = connection.credentials;
    const place = { project_id: projectId, workflow_id: flow.id, execution_id: args.run };
    return { kind: 'stream', items: followItems(connection, place, context) };
  },
});

/** Runs of flows. */
export const runCommands: readonly Command[] = [
  operation('flows runs list', 'showWorkflowExecutionForPage', {
    summary: 'Runs of a flow, newest first',
    args: [FLOW],
    flags: {
      since: flag.text('TIME', 'from when on: 15m, 2h, 3d or an RFC 3339 time', { fallback: '3d' }),
      status: ['STATUS', 'only runs in this state: success, fail, running, timeout or cancel'],
      most: flag.integer('N', 'most runs to show', { short: 'n', fallback: 100 }),
    },
    fields: ({ since, most }, _, context) => ({
      offset: '0',
      limit: String(Math.min(most, 100)),
      start_time: timeText(since, '--since', context.now()),
      end_time: new Date(context.now() + 1000).toISOString(),
    }),
    next: ({ total }, seen, { most }) =>
      seen < Math.min(total, most) ? { offset: String(seen), limit: String(Math.min(most - seen, 100)) } : undefined,
    examples: ['fgs flows runs list order', 'fgs flows runs list order --status fail --since 1d'],
    rows: ({ executions }) => executions,
    columns: {
      execution_id: 'RUN',
      status: 'STATUS',
      begin_time: 'BEGAN',
      end_time: 'ENDED',
      created_by: 'STARTED BY',
    },
    none: 'no runs in this time',
  }),
  show,
  follow,
  compare,
  operation('flows runs stop', 'stopWorkFlow', {
    summary: 'Stop a run; calls that run are not waited for',
    args: [FLOW, RUN],
    examples: ['fgs flows runs stop order order-4711'],
    text: (_, { run }) => `${run}  stopping`,
    data: (_, { run }) => ({ execution_id: run, outcome: 'stopping' }),
  }),
  retry,
  operation('flows runs fork', 'forkWorkflowExecution', {
    summary: 'Start a run that goes on at a node of an earlier run, with the results before it',
    args: [FLOW, RUN],
    flags: {
      node: ['ID', 'where it goes on'],
      ...INPUT_FLAGS,
      'new-definition': 'use the definition that the flow has now',
    },
    async fields(flags, _, context) {
      const input = await readInput(flags, context);
      return input === undefined ? {} : { input };
    },
    examples: [
      'fgs flows runs fork order order-4711 --node pay',
      `fgs flows runs fork order order-4711 --node pay --input '{"amount":2}' --new-definition`,
    ],
    text: ({ execution_id }) => `${execution_id}  started`,
  }),
];
