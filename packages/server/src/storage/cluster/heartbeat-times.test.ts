import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BEAT_MS, EXPIRY_MS, mayJudgeIn, nextBeatIn, SOONEST_MS } from './heartbeat-times.ts';

interface Schedule {
  /** When each server joins, before the kill. */
  readonly joins: readonly number[];
  readonly killed: readonly boolean[];
  /** Ms of each answer of the database, in turn. */
  readonly answers: readonly number[];
}

const SLOWEST_MS = 400;
/** A heartbeat whose answer takes longer has failed: `signal-session.ts`. */
const ANSWER_MS = 3_000;

/** Virtual ms from the kill until the row of the last killed server is removed. */
function takeoverMs({ joins, killed, answers }: Schedule): number {
  const killAt = Math.max(...joins) + 1;
  const rows = new Map<number, number>();
  const steps: { readonly at: number; readonly run: (now: number) => void }[] = [];
  let requests = 0;
  let removedAt = 0;
  const later = (at: number, run: (now: number) => void): void => void steps.push({ at, run });
  /** A request reaches the database and its answer comes back. */
  const ask = <T>(now: number, inDatabase: (now: number) => T, then: (result: T, now: number) => void): void => {
    const ms = answers[requests++ % answers.length] ?? 0;
    later(now + ms / 2, (there) => {
      const result = inDatabase(there);
      later(there + ms / 2, (back) => then(result, back));
    });
  };
  const isDead = (server: number, now: number): boolean => killed[server] === true && now >= killAt;
  const beat = (server: number, liveSince: number, now: number): void => {
    if (isDead(server, now)) return;
    const renew = (there: number) => {
      rows.set(server, there + EXPIRY_MS);
      return [...rows].filter(([id]) => id !== server).map(([, expiresAt]) => ({ leftMs: expiresAt - there }));
    };
    ask(now, renew, (others, back) => {
      if (isDead(server, back)) return;
      const judgeIn = mayJudgeIn(back - liveSince);
      const next = nextBeatIn(others, judgeIn, back - now);
      later(back + next, (then) => beat(server, liveSince, then));
      if (judgeIn > 0 || others.every(({ leftMs }) => leftMs > 0)) return;
      const remove = (there: number): void => {
        for (const [id, expiresAt] of rows) {
          if (expiresAt > there || id === server) continue;
          expect([id, isDead(id, there)]).toEqual([id, true]);
          rows.delete(id);
        }
      };
      ask(back, remove, (_, then) => {
        const isOver = then >= killAt && killed.every((dead, id) => !dead || !rows.has(id));
        if (isOver && removedAt === 0) removedAt = then;
      });
    });
  };
  for (const [server, at] of joins.entries()) later(at, (now) => beat(server, now, now));
  while (removedAt === 0) {
    steps.sort((a, b) => a.at - b.at);
    const step = steps.shift();
    if (step === undefined || step.at > killAt + 60_000) return Number.POSITIVE_INFINITY;
    step.run(step.at);
  }
  return removedAt - killAt;
}

const schedule = fc.integer({ min: 2, max: 5 }).chain((servers) =>
  fc.record({
    joins: fc.array(fc.nat({ max: 3 * EXPIRY_MS }), { minLength: servers, maxLength: servers }),
    killed: fc
      .array(fc.boolean(), { minLength: servers, maxLength: servers })
      .filter((all) => all.includes(true) && all.includes(false)),
    answers: fc.array(fc.nat({ max: SLOWEST_MS }), { minLength: 1, maxLength: 30 }),
  }),
);

it('remove killed servers long before ten seconds, whenever others joined and beat, and no live one', () => {
  const most = mayJudgeIn(0) + SOONEST_MS + 3 * SLOWEST_MS;
  expect(most).toBeLessThan(9_000);
  fc.assert(
    fc.property(schedule, (each) => {
      expect(takeoverMs(each)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 2_000 },
  );
});

it('beat steadily while no server is about to expire', () => {
  expect(nextBeatIn([], 0, 0)).toBe(BEAT_MS);
  expect(nextBeatIn([{ leftMs: EXPIRY_MS - BEAT_MS }], 0, 0)).toBe(BEAT_MS);
});

it.each([0, 400, 1_999, 2_500, ANSWER_MS])('renew the membership in time when each answer takes %d ms', (answerMs) => {
  const nextSentMs = answerMs + nextBeatIn([{ leftMs: EXPIRY_MS }], 0, answerMs);
  expect(nextSentMs).toBeGreaterThanOrEqual(BEAT_MS);
  expect(nextSentMs + answerMs).toBeLessThan(EXPIRY_MS);
});
