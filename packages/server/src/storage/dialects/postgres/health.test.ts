import { expect, it } from 'vitest';
import { examine } from './health.ts';

const FINE = { version: '15.3', bytes: 1, fsync: 'on', may_create: true };
const AT = Date.UTC(2026, 0, 1);

/** As on a machine whose clock shows `before` when it sends the question, and `after` when it has the answer. */
function examined(before: number, after: number) {
  const times = [before, after];
  return examine(
    'db',
    async () => [{ ...FINE, now_ms: AT }],
    () => times.shift() ?? after,
  );
}

it.each([
  ['the same time', AT, AT + 3],
  ['a difference that is not felt', AT - 1_500, AT - 1_490],
  ['a difference that the time of the question may explain', AT - 5_000, AT + 5_000],
])('a database with %s is healthy', async (_, before, after) => {
  expect(await examined(before, after)).toMatchObject({ ok: true });
});

it.each([
  ['ahead of', AT + 30_000],
  ['behind', AT - 30_000],
])('a clock that is %s that of the database is named', async (what, now) => {
  expect(await examined(now, now)).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`; the clock of this machine is 30 s ${what} the one of the database`),
    hint: expect.stringContaining('chrony'),
  });
});
