import { join } from 'node:path';
import { expect } from 'vitest';
import { deploy, PATIENCE, project, runtimeOf } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { noted, noting } from './account-folder.ts';

const NODES = 4;

/** A flow whose functions keep an account of their calls, and the runs of it that were accepted. */
export class FlowAccount {
  readonly params: { readonly project_id: string; readonly workflow_id: string };
  /** Id of the run by its number. */
  readonly accepted = new Map<number, string>();
  readonly #file: string;

  private constructor(params: FlowAccount['params'], file: string) {
    this.params = params;
    this.#file = file;
  }

  /** Each of the four nodes works for `ms`. */
  static async open(server: TestServer, name: string, { folder, ms }: { folder: string; ms: number }) {
    const file = join(folder, name);
    const source = `exports.handler = async (event, context) => {
      const node = (event.path ?? []).length;
      ${noting(file, 'event.n, node, context.getRequestID()')}
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
      return { n: event.n, path: [...(event.path ?? []), node] };
    };`;
    const runtime = await runtimeOf(server, 'Node.js');
    await deploy(server, { name, runtime, timeout: 60, files: { 'index.js': source } });
    const ids = Array.from({ length: NODES }, (_, at) => `f${at}`);
    const graph = {
      name,
      nodes: [
        { id: 'start', name: 'start', kind: 'start' },
        ...ids.map((id) => ({ id, name: id, kind: 'function', function: name })),
      ],
      edges: ids.map((id, at) => ({ from: at === 0 ? 'start' : `f${at - 1}`, to: id })),
    };
    const { data } = await server.api.call('createWorkflow', { params: project(server), body: { graph } });
    return new FlowAccount({ ...project(server), workflow_id: data.id }, file);
  }

  /** Rejects when the server does not accept it. */
  async start(server: TestServer, n: number): Promise<void> {
    const { data } = await server.api.call('startWorkflowExecution', { params: this.params, body: { input: { n } } });
    this.accepted.set(n, data.execution_id);
  }

  /** Every accepted run succeeds, and no node that had finished was called again. */
  async settle(server: TestServer): Promise<void> {
    for (const [n, id] of this.accepted) {
      const run = await this.#ended(server, id);
      expect(run.error, `run ${n}`).toBeUndefined();
      expect(run, `run ${n}`).toMatchObject({ status: 'success', output: { n, path: [0, 1, 2, 3] } });
    }
    const calls = Map.groupBy(noted(this.#file), ([n]) => Number(n));
    for (const n of this.accepted.keys()) {
      const nodes = (calls.get(n) ?? []).map(([, node]) => Number(node));
      expect([...new Set(nodes)], `run ${n}`).toEqual([0, 1, 2, 3]);
      // a call that was open at a kill is made again, with its request id; one whose successor has begun never
      expect(nodes, `run ${n}`).toEqual(nodes.toSorted((a, b) => a - b));
      const ids = new Set((calls.get(n) ?? []).map(([, node, requestId]) => `${node} ${requestId}`));
      expect(ids.size, `run ${n}`).toBe(NODES);
    }
  }

  async #ended(server: TestServer, id: string) {
    const params = { ...this.params, execution_id: id };
    const show = async () => (await server.api.call('showWorkflowExecution', { params })).data;
    await expect.poll(async () => (await show()).status, PATIENCE).not.toBe('running');
    return show();
  }
}
