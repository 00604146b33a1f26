import { expect, it } from 'vitest';
import { type OpenSession, Quarantine } from './quarantine.ts';

const MB = 1024 * 1024;
const MINUTE = 60_000;

const session = (owner: string, triggerId: string, mb: number): OpenSession => ({ owner, triggerId, bytes: mb * MB });
const waits = (quarantine: Quarantine, name: string, now: number): boolean => {
  const [owner = '', triggerId = ''] = name.split('/');
  return quarantine.refusal({ owner, triggerId }, now) !== undefined;
};

it('the project that held the most waits, with its largest sessions; all others go on', () => {
  const quarantine = new Quarantine();
  // a session of another project is larger than each of its own
  const open = [
    session('calm', 'c1', 60),
    session('greedy', 'g1', 50),
    session('greedy', 'g2', 40),
    session('greedy', 'g3', 1),
  ];
  expect(quarantine.blame(open, 0)).toEqual(['g1', 'g2']);
  expect(['greedy/g1', 'greedy/g2', 'greedy/g3', 'calm/c1'].map((name) => waits(quarantine, name, 0))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(quarantine.refusal({ owner: 'greedy', triggerId: 'g1' }, 0)).toBe(
    'what brokers sent used up the memory of the server for it, the most of it for this project (91 MB): it is read again after 1 min',
  );
});

it('the pause doubles with each death in a row, up to an hour, and ends', () => {
  const quarantine = new Quarantine();
  const pauses: number[] = [];
  let now = 0;
  for (let death = 0; death < 9; death += 1) {
    quarantine.blame([session('greedy', 'g', 1)], now);
    const from = now;
    while (waits(quarantine, 'greedy/g', now)) now += MINUTE;
    pauses.push((now - from) / MINUTE);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it('from the second death in a row on, a new trigger of the project waits too', () => {
  const quarantine = new Quarantine();
  quarantine.blame([session('greedy', 'g1', 1)], 0);
  expect(waits(quarantine, 'greedy/g2', 0)).toBe(false);
  quarantine.blame([session('greedy', 'g2', 1)], 1);
  expect(waits(quarantine, 'greedy/g3', 1)).toBe(true);
});

it('a project that did no harm for an hour after its pause begins anew', () => {
  const quarantine = new Quarantine();
  quarantine.blame([session('greedy', 'g1', 1)], 0);
  quarantine.blame([session('greedy', 'g1', 1)], MINUTE);
  // its second pause was of two minutes
  quarantine.blame([session('greedy', 'g1', 1)], 63 * MINUTE);
  expect(waits(quarantine, 'greedy/g1', 63 * MINUTE)).toBe(true);
  expect(waits(quarantine, 'greedy/g1', 64 * MINUTE)).toBe(false);
  expect(waits(quarantine, 'greedy/g2', 63 * MINUTE)).toBe(false);
});

it('without a session that held anything, none waits', () => {
  const quarantine = new Quarantine();
  expect(quarantine.blame([], 0)).toEqual([]);
  expect(quarantine.blame([session('calm', 'c', 0)], 0)).toEqual([]);
  expect(waits(quarantine, 'calm/c', 0)).toBe(false);
});
