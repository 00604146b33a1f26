import { expect, test } from 'vitest';
import { Guides } from './guides.ts';

// waits for a whole minute, so it is a file of its own, beside the other guides
test('every command of alarms.md works as it stands there', async () => {
  await using guides = await Guides.open();
  const stdout = await guides.run('alarms.md');
  for (const text of [
    'payments-fail: sum failcount >= 2 in 1 min, about default/payments\n',
    'payments-slow: avg duration > 1200 in 2 of 3 × 5 min, about default/payments:latest\n',
    'deleted rule payments-fail\n',
  ])
    expect(stdout).toContain(text);
});
