import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

it('leaves room for other projects when one uses all of its own', () => {
  const slots = new Slots();
  const releases = Array.from({ length: 128 }, () => slots.take('a'));
  expect(() => slots.take('a')).toThrow(/Too many/);
  const other = slots.take('b');
  releases[0]?.();
  releases[0]?.();
  slots.take('a');
  expect(() => slots.take('a')).toThrow(/Too many/);
  other();
  expect(slots.used).toBe(128);
  for (const project of ['b', 'c', 'd']) for (let i = 0; i < 128; i += 1) slots.take(project);
  expect(() => slots.take('e')).toThrow(/Too many/);
});
