import { expect, test } from 'vitest';
import { phasesOf } from './phases.ts';

const NONE = { queue_ms: 0, sandbox_ms: 0, boot_ms: 0, load_ms: 0, init_ms: 0, handler_ms: 0, total_ms: 0 };

test('steps that took time fill the bar, with the rest at the end', () => {
  expect(phasesOf({ ...NONE, sandbox_ms: 10, handler_ms: 20, total_ms: 40 })).toEqual([
    { name: 'sandbox', ms: 10, share: 0.25 },
    { name: 'handler', ms: 20, share: 0.5 },
    { name: 'rest', ms: 10, share: 0.25 },
  ]);
});

test('an invocation without any measured time has an empty bar', () => {
  expect(phasesOf(NONE)).toEqual([]);
});
