import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';

const ROUNDS = 4;
const RUNS_A_ROUND = 120;
const SENDERS = 8;
const NODES = 4;

let server: TestServer;
let folder: string;
let flow: { project_id: string; workflow_id: string };
const ledger = (): string => join(folder, 'calls');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-flows-'));
  chmodSync(folder, 0o777);
  // Without isolation a function can keep the account outside of everything that is killed.
  server = await TestServer.start({ args: ['--sandbox', 'process'] });
  const source = `exports.handler = async (event, context) => {
    const node = (event.path ?? []).length;
    require('node:fs').appendFileSync(${JSON.stringify(ledger())}, event.n + ' ' + node + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { n: event.n, path: [...(event.path ?? []), node] };
  };`;
  const runtime = await runtimeOf(server, 'Node.js');
  await deploy(server, { name: 'account', runtime, files: { 'index.js': source } });
  const ids = Array.from({ length: NODES }, (_, at) => `f${at}`);
  const graph = {
    name: 'killed',
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      ...ids.map((id) => ({ id, name: id, kind: 'function', function: 'account' })),
    ],
    edges: ids.map((id, at) => ({ from: at === 0 ? 'start' : `f${at - 1}`, to: id })),
  };
  const params = { project_id: server.credentials.project_id };
  const { data } = await server.api.call('createWorkflow', { params, body: { graph } });
  flow = { ...params, workflow_id: data.id };
}, 60_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts runs until the server is killed, which happens right after the `killAt`-th acceptance. */
async function startUntilKilled(first: number, killAt: number, accepted: Map<number, string>): Promise<void> {
  let next = first;
  let count = 0;
  let killed: Promise<unknown> | undefined;
  const send = async (): Promise<void> => {
    while (killed === undefined && next < first + RUNS_A_ROUND) {
      const n = next;
      next += 1;
      try {
        const { data } = await server.api.call('startWorkflowExecution', { params: flow, body: { input: { n } } });
        accepted.set(n, data.execution_id);
      } catch (error) {
        // Never answered: such a run may be stored or not; the server made no promise.
        if (killed === undefined) throw error;
        return;
      }
      count += 1;
      if (count === killAt) killed = server.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  await (killed ?? server.kill('SIGKILL'));
}

async function ended(id: string) {
  for (;;) {
    const { data } = await server.api.call('showWorkflowExecution', { params: { ...flow, execution_id: id } });
    if (data.status !== 'running') return data;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('every accepted run ends, and no node that finished runs again, however often the server is killed', {
  timeout: 240_000,
}, async () => {
  const accepted = new Map<number, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = 20 + Math.floor(Math.random() * (RUNS_A_ROUND - 20));
    await startUntilKilled(round * RUNS_A_ROUND, killAt, accepted);
    await server.restart();
  }
  for (const [n, id] of accepted) {
    const run = await ended(id);
    expect(run.error, `run ${n}`).toBeUndefined();
    expect(run, `run ${n}`).toMatchObject({ status: 'success', output: { n, path: [0, 1, 2, 3] } });
  }
  const begun = new Map<number, number[]>();
  for (const line of readFileSync(ledger(), 'utf8').split('\n').slice(0, -1)) {
    const [n = 0, node = 0] = line.split(' ').map(Number);
    begun.set(n, [...(begun.get(n) ?? []), node]);
  }
  for (const n of accepted.keys()) {
    const nodes = begun.get(n) ?? [];
    expect([...new Set(nodes)], `run ${n}`).toEqual([0, 1, 2, 3]);
    // a call that was open at a kill is made again; one whose successor has begun never
    expect(nodes, `run ${n}`).toEqual(nodes.toSorted());
  }
  expect(accepted.size).toBeGreaterThan(100);
});
