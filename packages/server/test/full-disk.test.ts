import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SandboxError } from '../src/instances/index.ts';
import { FakeServer } from './fake-server.ts';

const disk = { isFull: false };

// not `vi.mock`: the modules of the server may be those of an earlier file
beforeAll(() => {
  const statfs = async () => ({ bavail: disk.isFull ? 5 : 5_000, blocks: 10_000, bsize: 2 ** 20 });
  vi.spyOn(fs, 'statfs').mockImplementation(statfs as unknown as typeof fs.statfs);
  syncBuiltinESMExports();
});
afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const gatewayApi = (invocation_type: 'sync' | 'async') => ({
  name: invocation_type,
  type: 1,
  path: `/${invocation_type}`,
  req_method: 'GET',
  group_id: 'g1',
  match_mode: 'NORMAL',
  auth: 'NONE',
  func_info: { timeout: 5000, invocation_type },
});

/** Publishes the function in the gateway; returns its address there. */
async function publish(
  server: FakeServer,
  params: { project_id: string; function_urn: string },
  kind: 'sync' | 'async',
): Promise<string> {
  const body = { trigger_type_code: 'APIG', event_data: gatewayApi(kind) };
  const { data } = await server.api.call('createFunctionTrigger', { params, body });
  return String(data.event_data.invoke_url);
}

async function get(url: string): Promise<{ status: number; retryAfter: string | null; body: Record<string, string> }> {
  const response = await fetch(url);
  const body = (await response.json()) as Record<string, string>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

it('refuses asynchronous events of both doors and keeps the tick of a timer while the disk is full', async () => {
  await using server = await FakeServer.start({ handler: () => '{"statusCode": 200, "body": "{}"}' });
  const params = await server.deploy('events');
  const later = await publish(server, params, 'async');
  const waiting = await publish(server, params, 'sync');
  const timer = { name: 'tick', schedule_type: 'Rate', schedule: '1m' };
  await server.api.call('createFunctionTrigger', { params, body: { trigger_type_code: 'TIMER', event_data: timer } });
  const send = () => server.api.call('asyncInvokeFunction', { params, body: {} });
  const count = async (): Promise<number> => {
    const { data } = await server.api.call('listAsyncInvocations', { params });
    return data.count;
  };

  disk.isFull = true;
  const refused = { status: 507, code: 'FSS.0507', message: expect.stringContaining('5 MB free') };
  await expect
    .poll(async () => {
      server.clock.advance(5_000);
      return send().catch((error: unknown) => error);
    })
    .toMatchObject(refused);
  const answer = await get(later);
  expect(answer).toMatchObject({ status: 507, body: { error_code: 'FSS.0507' } });
  expect(answer.body.error_msg).not.toContain('MB');
  expect((await get(waiting)).status).toBe(200);
  const before = await count();
  for (let second = 0; second < 150; second += 1) {
    server.clock.advance(1_000);
    await new Promise(setImmediate);
  }
  expect(await count()).toBe(before);

  disk.isFull = false;
  await expect
    .poll(async () => {
      server.clock.advance(1_000);
      return count();
    })
    .toBe(before + 1);
  expect((await get(later)).status).toBe(202);
  await send();
});

it('answers a call 503 with the figures when the disk has no room for an instance, and runs an event later', async () => {
  await using server = await FakeServer.start({ handler: () => '{"statusCode": 200, "body": "{}"}' });
  const params = await server.deploy('roomy');
  const url = await publish(server, params, 'sync');
  const start = vi.spyOn(server.driver, 'start');
  const figures = 'no disk space for the /tmp of another instance: 900 MB are free';
  start.mockRejectedValue(new SandboxError('NO_DISK_ROOM', figures, { hint: 'free disk space' }));

  const call = () => server.api.call('invokeFunction', { params, body: {} });
  await expect(call()).rejects.toMatchObject({
    status: 503,
    code: 'FSS.0503',
    message: figures,
    hint: 'free disk space',
  });
  const answer = await get(url);
  expect(answer).toMatchObject({ status: 503, retryAfter: '5', body: { error_code: 'FSS.0503' } });
  expect(answer.body.error_msg).toMatch(/no room for another instance/);
  expect(answer.body.error_msg).not.toContain('MB');
  const full = Object.assign(new Error("ENOSPC: no space left on device, mkdir '/run/x'"), { code: 'ENOSPC' });
  start.mockRejectedValueOnce(full);
  await expect(call()).rejects.toMatchObject({ status: 503, message: expect.not.stringContaining('/run') });

  await server.api.call('asyncInvokeFunction', { params, body: {} });
  const outcomes = async () => {
    server.clock.advance(500);
    const { data } = await server.api.call('listReceipts', { params });
    return data.receipts.map(({ mode, outcome, code, component }) => [mode, outcome, code, component].join(' '));
  };
  for (const mode of ['sync', 'gateway', 'async']) {
    await expect.poll(outcomes).toContain(`${mode} throttled 503 instance`);
  }
  start.mockRestore();
  await expect.poll(outcomes).toContain('async ok 0 ');
});
