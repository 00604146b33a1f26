import type { Target } from './target.ts';

export const FUNCTIONS = 10;

export interface FlowPlace {
  readonly project_id: string;
  readonly workflow_id: string;
}

/** Makes a flow that calls the function ten times, one call after the other. */
export async function makeFlowOfTen({ client, credentials }: Target, urn: string): Promise<FlowPlace> {
  const params = { project_id: credentials.project_id };
  const ids = Array.from({ length: FUNCTIONS }, (_, n) => `f${n}`);
  const graph = {
    name: 'ten',
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      ...ids.map((id) => ({ id, name: id, kind: 'function', function: urn })),
    ],
    edges: ids.map((id, at) => ({ from: at === 0 ? 'start' : `f${at - 1}`, to: id })),
  };
  return { ...params, workflow_id: (await client.call('createWorkflow', { params, body: { graph } })).data.id };
}

/** Runs of the flow with this status. */
export const runsWith = async ({ client }: Target, params: FlowPlace, status: string): Promise<number> =>
  (await client.call('showWorkflowExecutionForPage', { params, query: { status, limit: '1', offset: '0' } })).data
    .total;
