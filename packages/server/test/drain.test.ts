import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type FakeFunction, HANG } from '../src/instances/sandbox/fake/index.ts';
import { openStorage } from '../src/storage/index.ts';
import { FakeServer } from './fake-server.ts';

it('answers, logs and returns running invocations when the drain time is over', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  let begun = 0;
  const handler: FakeFunction['handler'] = () => {
    begun += 1;
    return HANG;
  };
  const server = await FakeServer.start({ handler }, { drainMs: 300 }, log);
  await using _ = server;
  const params = await server.deploy('endless');
  const body = new TextEncoder().encode('{}');
  const answer = server.api.bytes('invokeFunction', { params, body }).catch((error: unknown) => error);
  const accepted = await server.api.call('asyncInvokeFunction', { params, body: {} });
  await expect.poll(() => begun).toBe(2);
  await server.running.stop();

  expect(await answer).toMatchObject({ status: 503, code: 'FSS.0503' });
  const said = (text: string) => lines.filter(({ msg }) => msg === text);
  expect(said('waiting for running invocations')).toMatchObject([
    { running: 2, drainMs: 300, requests: [{ mode: 'sync' }, { mode: 'async' }] },
  ]);
  expect(said('an invocation is interrupted')).toMatchObject([{ requestId: expect.any(String), mode: 'sync' }]);
  const requestId = (accepted.data as { request_id: string }).request_id;
  expect(said('an invocation is interrupted and returned to the queue')).toMatchObject([{ requestId }]);
  const storage = await openStorage({ file: join(server.dataDir, 'funcgraph.db') });
  const rows = await storage.db.selectFrom('message').select(['id', 'state', 'outcome']).execute();
  expect(rows).toEqual([{ id: requestId, state: 'ready', outcome: '{"retriesDone":0}' }]);
  await storage.close();
});

it('takes no more asynchronous work while it waits for running invocations', async () => {
  let begun = 0;
  const handler: FakeFunction['handler'] = () => {
    begun += 1;
    return HANG;
  };
  const server = await FakeServer.start({ handler }, { drainMs: 300, accountConcurrency: 2 });
  await using _ = server;
  const params = await server.deploy('endless');
  for (let n = 0; n < 5; n += 1) await server.api.call('asyncInvokeFunction', { params, body: {} });
  await expect.poll(() => begun).toBe(1);
  await server.running.stop();
  expect(begun).toBe(1);
});
