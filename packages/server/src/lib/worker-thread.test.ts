import { describe, expect, it } from 'vitest';
import type { EchoCall } from './echo-thread.fixture.ts';
import { WorkerThread, type WorkerThreadOptions } from './worker-thread.ts';

const start = (more: Partial<WorkerThreadOptions> = {}): Promise<WorkerThread<EchoCall, unknown>> =>
  WorkerThread.start({ from: import.meta.url, entry: './echo-thread.fixture', name: 'echo', maxPending: 10, ...more });

describe('a worker thread', () => {
  it('answers calls, takes those of one turn as one batch, and keeps errors whole', async () => {
    const thread = await start();
    const calls = [
      thread.call({ op: 'echo', value: 'a' }),
      thread.call({ op: 'size', value: '' }),
      thread.call({ op: 'fail', value: 'broken' }),
    ];
    const [echoed, size, failed] = await Promise.allSettled(calls);
    expect(echoed).toMatchObject({ value: 'a' });
    expect(size).toMatchObject({ value: 3 });
    expect(failed).toMatchObject({
      reason: { name: 'RangeError', message: 'broken', code: 'echo.failed', hint: 'do not fail' },
    });
    expect(failed?.status === 'rejected' && failed.reason).toBeInstanceOf(Error);
    await thread.close();
  });

  it('takes calls of several callbacks of one turn as one batch', async () => {
    const thread = await start();
    const inCallback = (): Promise<unknown> =>
      new Promise((resolve) => setImmediate(() => resolve(thread.call({ op: 'size', value: '' }))));
    expect(await Promise.all([inCallback(), inCallback(), inCallback()])).toEqual([3, 3, 3]);
    await thread.close();
  });

  it('moves a buffer instead of copying it on request', async () => {
    const thread = await start();
    const value = new Uint8Array(100).fill(7);
    const answer = thread.call({ op: 'echo', value }, [value.buffer]);
    expect(await answer).toEqual(new Uint8Array(100).fill(7));
    expect(value.byteLength).toBe(0);
    await thread.close();
  });

  it('refuses more open calls than the bound and takes calls again later', async () => {
    const thread = await start({ maxPending: 2 });
    const call = () => thread.call({ op: 'echo', value: 'a' });
    const outcomes = await Promise.allSettled([call(), call(), call()]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'thread.overloaded', hint: expect.any(String) } });
    expect(await call()).toBe('a');
    expect(thread.pending).toBe(0);
    await thread.close();
  });

  it('answers calls made before it was closed, and nothing after', async () => {
    const thread = await start();
    const before = thread.call({ op: 'echo', value: 'a' });
    const closed = thread.close();
    await expect(thread.call({ op: 'echo', value: 'b' })).rejects.toMatchObject({ code: 'thread.ended' });
    expect(await before).toBe('a');
    await closed;
    await thread.close();
  });

  it('rejects every open and later call when it dies, and reports it once', async () => {
    const deaths: Error[] = [];
    const thread = await start({ onDeath: (error) => deaths.push(error) });
    const open = await Promise.allSettled([
      thread.call({ op: 'die', value: '' }),
      thread.call({ op: 'echo', value: 'a' }),
    ]);
    for (const outcome of open) expect(outcome).toMatchObject({ reason: { code: 'thread.ended' } });
    await expect(thread.call({ op: 'echo', value: 'a' })).rejects.toMatchObject({ code: 'thread.ended' });
    expect(deaths).toHaveLength(1);
    await thread.close();
  });

  it('rejects a message that cannot be sent, and only that one', async () => {
    const thread = await start();
    await expect(thread.call({ op: 'echo', value: Symbol('x') as never })).rejects.toThrow(/could not be cloned/);
    expect(await thread.call({ op: 'echo', value: 'a' })).toBe('a');
    await thread.close();
  });

  it('does not start when its entry throws or is missing', async () => {
    await expect(start({ data: 'refuse' })).rejects.toMatchObject({
      name: 'TypeError',
      message: 'will not start',
      code: 'echo.refused',
      hint: 'ask nicely',
    });
    await expect(start({ entry: './no-such-thread' })).rejects.toThrow(/no-such-thread/);
  });
});
