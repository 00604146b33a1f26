import { createHash } from 'node:crypto';
import { type CallInput, formatFlowUrn } from '@funcgraph/api';
import { CliError, EXIT } from '../../framework/index.ts';
import type { Words } from '../file/fill-in.ts';
import type { Actual, Desired, Fields } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { foundAmong, type Reach } from './reach.ts';

/** A flow whose definition was read. Names of functions and flows of the project become those of the stage. */
export function flowOf(key: string, definition: Fields, words: Words): Desired {
  const name = words[`flows.${key}`] ?? key;
  const nodes = Array.isArray(definition.nodes) ? (definition.nodes as Fields[]) : undefined;
  const graph = { ...definition, name, ...(nodes && { nodes: nodes.map((node) => named(node, words)) }) };
  const digest = createHash('sha256').update(JSON.stringify(graph)).digest('hex');
  return { kind: 'flow', name, fields: {}, notes: { definition: digest }, path: ['flows', key], hidden: graph };
}

function named(node: Fields, words: Words): Fields {
  const { kind, function: fn, flow } = node;
  if (kind === 'function') return { ...node, function: words[`functions.${String(fn)}`] ?? fn };
  return kind === 'subflow' ? { ...node, flow: words[`flows.${String(flow)}`] ?? flow } : node;
}

export function flowDriver({ connection, signal }: Reach): Driver {
  const { client, credentials } = connection;
  const params = { project_id: credentials.projectId };
  const bodyOf = ({ hidden = {} }: Desired) =>
    ('states' in hidden ? hidden : { graph: hidden }) as NonNullable<CallInput<'createWorkflow'>['body']>;
  return {
    find: (names) =>
      foundAmong(names, async (name): Promise<Actual | undefined> => {
        const { data } = await client.call('listWorkflow', {
          params,
          query: { workflow_name: name, limit: '200' },
          signal,
        });
        const flow = data.workflows.find((one) => one.name === name);
        return flow && { kind: 'flow', name, id: flow.id, fields: {} };
      }),
    async create(desired) {
      return (await client.call('createWorkflow', { params, body: bodyOf(desired), signal })).data.id;
    },
    async update(desired, actual) {
      const requested = { params: { ...params, workflow_id: actual.id }, body: bodyOf(desired), signal };
      await client.call('updateWorkFlow', requested);
    },
    async remove({ name }) {
      const body = { workflow_urns: [formatFlowUrn({ ...credentials, name })] };
      const { data } = await client.call('batchDeleteWorkflows', { params, body, signal });
      const failure = JSON.stringify(data);
      const { data: left } = await client.call('listWorkflow', { params, query: { workflow_name: name }, signal });
      if (!left.workflows.some((one) => one.name === name)) return;
      throw new CliError(`the flow ${name} is not deleted: ${failure}`, {
        code: 'CLI.PROJECT',
        exitCode: EXIT.refused,
        hint: `Cancel its runs first: fgs flows runs list ${name}`,
      });
    },
  };
}
