import type { TestServer } from '../server.ts';

/** A flow whose runs only have their inputs. Returns its parameters. */
export async function flowOfInputs(server: TestServer, trigger_type: string, trigger_config: object) {
  const project = { project_id: server.credentials.project_id };
  const graph = {
    name: 'inputs',
    triggers: [{ trigger_type, trigger_config }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'wait', name: 'wait', kind: 'wait', seconds: 0 },
    ],
    edges: [{ from: 'start', to: 'wait' }],
  };
  const { data } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  return { ...project, workflow_id: data.id };
}

/** Those of all runs of the flow. */
export async function inputsOf(server: TestServer, params: Awaited<ReturnType<typeof flowOfInputs>>) {
  const inputs: unknown[] = [];
  for (let offset = 0; ; offset = inputs.length) {
    const query = { limit: '200', offset: String(offset) };
    const { executions } = (await server.api.call('listWorkflowExecutions', { params, query })).data;
    for (const { execution_id } of executions) {
      inputs.push((await server.api.call('showWorkflowExecution', { params: { ...params, execution_id } })).data.input);
    }
    if (executions.length < 200) return inputs;
  }
}
