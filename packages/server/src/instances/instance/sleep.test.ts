import { expect, it } from 'vitest';
import type { InstanceParts } from './instance-types.ts';
import { Sleep } from './sleep.ts';

function sleeper(freeze: () => Promise<void>) {
  const thaws: number[] = [];
  const sandbox = { freeze, thaw: () => Promise.resolve(void thaws.push(1)) };
  const link = { rest: () => {}, wake: () => {} };
  const parts = { sandbox, link } as unknown as Pick<InstanceParts, 'sandbox' | 'link'>;
  return { sleep: new Sleep(parts, undefined), thaws };
}

it('an instance that could not be frozen is tried again, after each failure later', async () => {
  let attempts = 0;
  const { sleep } = sleeper(() => (++attempts <= 3 ? Promise.reject(new Error('busy')) : Promise.resolve()));
  const triedAt: number[] = [];
  for (let request = 1; !sleep.isFrozen && request < 100; request += 1) {
    const before = attempts;
    await sleep.freeze();
    if (attempts > before) triedAt.push(request);
  }
  expect(triedAt).toEqual([1, 3, 7, 15]);
  expect(sleep.isFrozen).toBe(true);
  await sleep.freeze();
  expect(attempts).toBe(4);
});

it('an instance that could not be frozen is thawed for its next request, since the freeze may have come late', async () => {
  const { sleep, thaws } = sleeper(() => Promise.reject(new Error('no answer')));
  await sleep.freeze();
  expect([sleep.isFrozen, sleep.isAwake]).toEqual([false, false]);
  await sleep.thaw();
  expect([thaws.length, sleep.isAwake]).toEqual([1, true]);
});

it('a freeze under way is not begun a second time, and a thaw cancels it', async () => {
  let attempts = 0;
  const gate = Promise.withResolvers<void>();
  const { sleep } = sleeper(() => {
    attempts += 1;
    return gate.promise;
  });
  const first = sleep.freeze();
  await sleep.freeze();
  expect(attempts).toBe(1);
  await sleep.thaw();
  gate.resolve();
  await first;
  expect(sleep.isFrozen).toBe(false);
});
