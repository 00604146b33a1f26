import { expect, it } from 'vitest';
import { mayHoldMore } from './fair-share.ts';

/** Lets each take as much as it may, one after the other; returns their final shares. */
function oneAfterTheOther(total: number, users: number): number[] {
  const held: number[] = [];
  let free = total;
  for (let user = 0; user < users; user += 1) {
    let own = 0;
    while (free > 0 && mayHoldMore(own, free, total)) {
      own += 1;
      free -= 1;
    }
    held.push(own);
  }
  return held;
}

it('gives one alone nearly everything, and all of a small number', () => {
  expect(oneAfterTheOther(100, 1)).toEqual([91]);
  expect(oneAfterTheOther(10, 1)).toEqual([10]);
});

it('leaves a part for later users after others have taken their limit', () => {
  expect(oneAfterTheOther(100, 4)).toEqual([91, 5, 2, 1]);
  expect(oneAfterTheOther(1_000, 7).every((held) => held > 0)).toBe(true);
});

it.each([2, 10, 50])('gives %d greedy users that take turns equal parts, and leaves room for another', (users) => {
  const held = Array.from({ length: users }, () => 0);
  let free = 1_000;
  for (let round = 0; round < 1_000; round += 1) {
    for (const [user, own] of held.entries()) {
      if (free === 0 || !mayHoldMore(own, free, 1_000)) continue;
      held[user] = own + 1;
      free -= 1;
    }
  }
  expect(free).toBeGreaterThan(0);
  expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
});
