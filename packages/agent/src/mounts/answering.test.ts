import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Answering } from './answering.ts';

it('is content with a place that can be looked at', async () => {
  await new Answering().wait(tmpdir(), 'server:/export');
});

it('names the file server that cannot be reached', async () => {
  await expect(new Answering().wait(`${tmpdir()}/no-such-export`, 'server:/export')).rejects.toMatchObject({
    code: 'MOUNT_FAILED',
    message: expect.stringContaining('server:/export does not answer'),
  });
});

/** Paths that block every check until they are released. */
function hanging() {
  const looked: string[] = [];
  const held: (() => void)[] = [];
  const look = (point: string): Promise<void> => {
    looked.push(point);
    return point.startsWith('/dead') ? new Promise((resolve) => held.push(resolve)) : Promise.resolve();
  };
  let now = 0;
  const answering = new Answering({ look, now: () => now, deadlineMs: 20 });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { looked, held, answering, pass };
}

it('gives one process to a place that hangs, however many wait for it, and refuses them at the deadline', async () => {
  const { looked, held, answering } = hanging();
  const refused = expect.objectContaining({ code: 'MOUNT_FAILED' });
  for (let round = 0; round < 2; round += 1) {
    const waits = Array.from({ length: 8 }, () => answering.wait('/dead/a', '/dead/a'));
    await Promise.all(waits.map((wait) => expect(wait).rejects.toEqual(refused)));
  }
  expect(looked).toEqual(['/dead/a']);
  for (const place of ['/alive', '/other']) await answering.wait(place, place);
  held[0]?.();
  await answering.wait('/dead/a', '/dead/a');
  expect(looked).toEqual(['/dead/a', '/alive', '/other']);
});

it('asks again when an answer is old', async () => {
  const { looked, answering, pass } = hanging();
  await answering.wait('/alive', '/alive');
  pass(900);
  await answering.wait('/alive', '/alive');
  pass(200);
  await answering.wait('/alive', '/alive');
  expect(looked).toEqual(['/alive', '/alive']);
});
