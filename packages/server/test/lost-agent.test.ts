import type { BytesOutput } from '@funcgraph/api';
import { expect, it, vi } from 'vitest';
import { SandboxError } from '../src/instances/index.ts';
import { type FakeFunction, HANG } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

const lost = (code: string): SandboxError => new SandboxError(code, 'the sandbox agent is lost');

function call(server: FakeServer, params: { project_id: string; function_urn: string }): Promise<BytesOutput> {
  return server.api.bytes('invokeFunction', { params, body: new TextEncoder().encode('{}') });
}

const textOf = ({ bytes }: BytesOutput): string => Buffer.from(bytes).toString();

it('starts an instance once more for a call whose start met a lost agent, and no more than once', async () => {
  await using server = await FakeServer.start({ handler: () => 'fine' });
  const start = vi.spyOn(server.driver, 'start');
  for (const code of ['AGENT_GONE', 'AGENT_TIMEOUT', 'AGENT_FAILED']) {
    start.mockClear().mockRejectedValueOnce(lost(code));
    expect(textOf(await call(server, await server.deploy(code)))).toBe('fine');
    expect(start).toHaveBeenCalledTimes(2);
  }
  start.mockClear().mockRejectedValue(lost('AGENT_GONE'));
  await expect(call(server, await server.deploy('lost'))).rejects.toMatchObject({ status: 500 });
  expect(start).toHaveBeenCalledTimes(2);
});

it('runs a call in another instance when the frozen one chosen for it cannot be thawed', async () => {
  let calls = 0;
  await using server = await FakeServer.start({ handler: () => String(++calls) });
  const target = await server.deploy('frozen');
  expect(textOf(await call(server, target))).toBe('1');
  const [frozen] = server.driver.running.values();
  if (frozen === undefined) throw new Error('no instance runs');
  await expect
    .poll(() => {
      server.clock.advance(1_000);
      return frozen.isFrozen;
    })
    .toBe(true);
  vi.spyOn(frozen, 'thaw').mockRejectedValue(lost('AGENT_TIMEOUT'));
  expect(textOf(await call(server, target))).toBe('2');
  expect(server.driver.running.has(frozen.id)).toBe(false);
});

it('answers a timed-out call although the agent does not end its instance', async () => {
  let started = false;
  const handler: FakeFunction['handler'] = () => {
    started = true;
    return HANG;
  };
  await using server = await FakeServer.start({ handler });
  const target = await server.deploy('stuck');
  const answer = call(server, target);
  await expect.poll(() => started).toBe(true);
  const [sandbox] = server.driver.running.values();
  if (sandbox === undefined) throw new Error('no instance runs');
  const stop = vi.spyOn(sandbox, 'stop').mockReturnValue(new Promise(() => {}));
  server.clock.advance(10_000);
  await expect.poll(() => stop.mock.calls.length).toBe(1);
  server.clock.advance(5_000);
  expect((await answer).headers.get('x-func-err-code')).toBe('4010');
  stop.mockRestore();
  await sandbox.stop();
});
