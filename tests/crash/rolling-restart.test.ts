import { signRequest } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { Balancer } from '../balancer.ts';
import { deploy, PATIENCE, request, runtimeOf, target } from '../functions.ts';
import { type Credentials, ServerDidNotStart, type TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';

const SOURCE = `exports.handler = async (event, context) => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return event;
};`;

const CLIENTS = 2;
/** A restart on a busy machine takes a minute. */
const PATIENT = { timeout: 900_000 };
const LONG = { ...PATIENCE, timeout: 240_000 };

describe.skipIf(findPostgres() === undefined)('two servers behind a balancer', () => {
  let two: TwoServers;
  let urn: string;
  let credentials: Credentials;
  /** Of the servers that run, also while they stop. */
  let endpoints: Map<TestServer, string>;
  let balancer: Balancer;
  beforeAll(async () => {
    two = await TwoServers.start();
    const { first, second } = two;
    credentials = first.credentials;
    endpoints = new Map([first, second].map((server) => [server, server.endpoint]));
    const runtime = await runtimeOf(first, 'Node.js');
    urn = await deploy(first, { name: 'echo', runtime, timeout: 120, files: { 'index.js': SOURCE } });
    await first.api.call('createFunctionTrigger', {
      params: target(first, urn),
      body: {
        trigger_type_code: 'TIMER',
        event_data: { name: 'tick', schedule_type: 'Rate', schedule: '1m', user_event: '{"tick":1}' },
      },
    });
    const path = `/v2/${first.credentials.project_id}/fgs/functions/${urn}/config`;
    await vi.waitFor(async () => expect((await request(second, { method: 'GET', path })).status).toBe(200), LONG);
    balancer = new Balancer([first, second].map((server) => () => endpoints.get(server)));
    await vi.waitFor(() => expect(balancer.ready).toEqual([true, true]), LONG);
  }, PATIENT.timeout);
  afterAll(async () => {
    await balancer?.stop();
    await two?.[Symbol.asyncDispose]();
  });

  /** Calls the function through the balancer; undefined when all is well. */
  const call = async (n: number): Promise<string | undefined> => {
    const { project_id, access_key: accessKey, secret_key: secretKey } = credentials;
    const url = new URL(`http://balancer.example/v2/${project_id}/fgs/functions/${urn}/invocations`);
    const body = new TextEncoder().encode(JSON.stringify({ n }));
    const headers = { 'Content-Type': 'application/json' };
    const signature = await signRequest(
      { method: 'POST', url, headers, body, nowMs: Date.now() },
      { accessKey, secretKey },
    );
    const signed = { ...headers, ...signature, Host: url.host, 'Content-Length': body.length };
    try {
      const answer = await balancer.send({ method: 'POST', path: url.pathname, headers: signed, body });
      const text = answer.body.toString();
      const isRight = answer.status === 200 && text.includes(`"n":${n}`) && answer.headers['x-is-func-err'] !== 'true';
      return isRight ? undefined : `${answer.status} ${text}`;
    } catch (error) {
      return String(error);
    }
  };

  it('restart one after the other under load without a failed call, and hand over their work', PATIENT, async () => {
    const failures: string[] = [];
    let begun = 0;
    let done = 0;
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) {
        begun += 1;
        const failure = await call(begun);
        done += 1;
        if (failure !== undefined) failures.push(failure);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    try {
      const [one, other] = [two.first, two.second];
      for (const [server, peer] of [
        [one, other],
        [other, one],
      ] as const) {
        await server.kill('SIGTERM');
        endpoints.delete(server);
        const listed = async () => (await peer.api.call('listClusterNodes', {})).data.nodes;
        const leases = expect.arrayContaining(['triggers', 'alarms', 'housekeeping']);
        await expect.poll(listed, LONG).toEqual([expect.objectContaining({ this_server: true, leases })]);
        const before = done;
        await expect.poll(() => done, LONG).toBeGreaterThan(before + CLIENTS);
        await restarted(server);
        endpoints.set(server, server.endpoint);
        await expect.poll(() => balancer.ready, LONG).toEqual([true, true]);
      }
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    expect(failures).toEqual([]);
    expect(done).toBeGreaterThan(CLIENTS);
  });

  it('one that is drained gives up its work while it runs, and takes calls that still come', PATIENT, async () => {
    const { first, second } = two;
    const listed = async () => (await second.api.call('listClusterNodes', {})).data.nodes;
    const owner = (await listed()).find(({ leases }) => leases.includes('triggers'));
    const { id = '' } = owner ?? {};
    const ofOwner = owner?.this_server === true ? second : first;
    const peer = ofOwner === first ? second : first;
    await peer.api.call('drainClusterNode', { params: { server: id } });
    const isReady = () => balancer.ready[ofOwner === first ? 0 : 1];
    await expect.poll(isReady, LONG).toBe(false);
    await expect.poll(async () => (await listed()).find((node) => node.id === id)?.leases, LONG).toEqual([]);
    const others = async () => (await listed()).find((node) => node.id !== id)?.leases;
    await expect.poll(others, LONG).toEqual(expect.arrayContaining(['triggers', 'alarms', 'housekeeping']));
    expect((await ofOwner.api.call('invokeFunction', { params: target(first, urn), body: {} })).status).toBe(200);
    await peer.api.call('undrainClusterNode', { params: { server: id } });
    await expect.poll(isReady, LONG).toBe(true);
  });

  it('one that is drained and removed ends by itself, and the other one goes on', PATIENT, async () => {
    const { first, second } = two;
    const nodes = (await first.api.call('listClusterNodes', {})).data.nodes;
    const server = nodes.find(({ this_server }) => !this_server)?.id ?? '';
    await first.api.call('drainClusterNode', { params: { server } });
    const exited = second.exited;
    const remove = () =>
      first.api.call('removeClusterNode', { params: { server } }).then(
        () => 'removed',
        (error: unknown) => String(error),
      );
    // calls of the test before may still be in its instances
    await expect.poll(remove, LONG).toBe('removed');
    expect(await exited).toBe(0);
    endpoints.delete(second);
    expect(await call(1)).toBeUndefined();
    expect((await first.api.call('listClusterNodes', {})).data.nodes).toHaveLength(1);
  });
});

/** Starts a server as a supervisor does: on a very busy machine its database may not answer in time. */
async function restarted(server: TestServer, tries = 5): Promise<void> {
  try {
    await server.restart();
  } catch (error) {
    if (!(error instanceof ServerDidNotStart) || tries === 1) throw error;
    await restarted(server, tries - 1);
  }
}
