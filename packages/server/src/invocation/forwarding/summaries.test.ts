import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyOffer, MOST_BURSTS } from '../../instances/index.ts';
import { HopReports, MAX_HOPS } from './hop-reports.ts';
import {
  MAX_SUMMARY_BYTES,
  MOST_STARTS,
  parseSummary,
  QUIET_AFTER_MS,
  SUMMARY_AT_LEAST_MS,
  SUMMARY_EVERY_MS,
  SUMMARY_QUIET_MS,
} from './summary.ts';
import { LATE_MS, SummaryBoard } from './summary-board.ts';
import { type NodeOffer, SummaryFeed } from './summary-feed.ts';

const NONE: ReadonlySet<string> = new Set();
const offer = (keys: Record<string, Partial<KeyOffer>>, roomMb = 0, bursts: NodeOffer['bursts'] = []): NodeOffer => ({
  ...{ roomMb, bursts },
  keys: new Map(Object.entries(keys).map(([key, has]) => [key, { idle: 0, busy: 0, waiting: 0, ...has }])),
});
const idleOn = (board: SummaryBoard, key: string, now: number) =>
  board.candidates(key, now, NONE).map(({ node, idle }) => [node, idle]);

describe('what a node tells another one', () => {
  it('is only what changed, and a sign of life when nothing did', () => {
    const feed = new SummaryFeed('boot');
    const first = feed.next(offer({ a: { idle: 1 }, b: { busy: 1 } }, 512), false, 0);
    expect(first).toMatchObject({ whole: true, number: 1, roomMb: 512 });
    expect(first?.keys).toEqual([
      ['a', 1, 0, 0],
      ['b', 0, 1, 0],
    ]);
    expect(feed.next(offer({ a: { idle: 1 }, b: { busy: 1 } }, 512), false, SUMMARY_EVERY_MS)).toBeUndefined();
    expect(feed.next(offer({ a: { idle: 1 } }, 512), false, SUMMARY_EVERY_MS)?.keys).toEqual([['b', 0, 0, 0]]);
    const later = SUMMARY_EVERY_MS + SUMMARY_AT_LEAST_MS;
    expect(feed.next(offer({ a: { idle: 1 } }, 512), false, later)).toMatchObject({ keys: [], whole: false });
    expect(feed.next(offer({ a: { idle: 1 } }, 512), true, later)).toMatchObject({ closing: true });
  });

  it('has its bursts of starts when they change, of which a node knows the sum of all', () => {
    const [feed, board] = [new SummaryFeed('boot'), new SummaryBoard()];
    const tell = (node: string, from: SummaryFeed, starts: Record<string, number>, now: number) => {
      const bursts = Object.entries(starts).map(([runtime, each]) => ({ runtime, starts: each }));
      const message = from.next(offer({}, 512, bursts), false, now);
      const heard = message === undefined ? undefined : parseSummary(Buffer.from(JSON.stringify(message)));
      if (heard !== undefined) board.receive(node, heard, now);
      return heard?.starts;
    };
    expect(tell('a', feed, { node: 3, python: 1 }, 0)).toEqual([
      ['node', 3],
      ['python', 1],
    ]);
    expect(tell('a', feed, { node: 3, python: 1 }, SUMMARY_AT_LEAST_MS)).toBeUndefined();
    expect([board.burstsOf('node'), board.burstsOf('python'), board.burstsOf('java')]).toEqual([3, 1, 0]);
    tell('b', new SummaryFeed('other'), { node: 4 }, 0);
    expect(board.burstsOf('node')).toBe(7);
    expect(tell('a', feed, {}, SUMMARY_AT_LEAST_MS + 1)).toEqual([]);
    expect([board.burstsOf('node'), board.burstsOf('python')]).toEqual([4, 0]);
    tell('a', feed, { node: 1 }, SUMMARY_AT_LEAST_MS + 2);
    feed.failed();
    expect(tell('a', feed, { node: 1 }, SUMMARY_AT_LEAST_MS + 3)).toEqual([['node', 1]]);
    board.remove('b');
    expect(board.burstsOf('node')).toBe(1);
  });

  it('counts for so much only, whatever a node reports', () => {
    const board = new SummaryBoard();
    const feed = new SummaryFeed('boot');
    const message = feed.next(offer({}, 0, [{ runtime: 'node', starts: 1e9 }]), false, 0);
    if (message !== undefined) board.receive('a', message, 0);
    expect(board.burstsOf('node')).toBe(MOST_STARTS);
    const starts = (count: number, runtime = 'node', each: unknown = 1) =>
      parseSummary(Buffer.from(JSON.stringify({ ...message, starts: Array(count).fill([runtime, each]) })));
    expect(starts(MOST_BURSTS)).toBeDefined();
    expect(starts(MOST_BURSTS + 1)).toBeUndefined();
    expect(starts(1, 'x'.repeat(65))).toBeUndefined();
    for (const each of [-1, 0.5, '1', null, 1e10]) expect(starts(1, 'node', each)).toBeUndefined();
  });

  it('comes less often when nothing has changed for a while, and says so before', () => {
    const feed = new SummaryFeed('boot');
    const at = (now: number, idle: number) => feed.next(offer({ a: { idle } }, 512), false, now);
    expect(at(0, 1)?.withinMs).toBe(SUMMARY_AT_LEAST_MS);
    expect(at(SUMMARY_AT_LEAST_MS, 1)?.withinMs).toBe(SUMMARY_AT_LEAST_MS);
    expect(at(QUIET_AFTER_MS, 1)?.withinMs).toBe(SUMMARY_QUIET_MS);
    expect(at(QUIET_AFTER_MS + SUMMARY_QUIET_MS - 1, 1)).toBeUndefined();
    expect(at(QUIET_AFTER_MS + SUMMARY_QUIET_MS, 1)?.withinMs).toBe(SUMMARY_QUIET_MS);
    // news come at once
    expect(at(QUIET_AFTER_MS + SUMMARY_QUIET_MS + SUMMARY_EVERY_MS, 2)?.withinMs).toBe(SUMMARY_AT_LEAST_MS);
  });

  it('has a limit of bytes, and the rest follows', () => {
    const many = offer(
      Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`function-${n}:latest`, { idle: n + 1 }])),
    );
    const feed = new SummaryFeed('boot');
    const board = new SummaryBoard();
    let messages = 0;
    for (;;) {
      const message = feed.next(many, false, 0);
      if (message === undefined) break;
      messages += 1;
      const bytes = Buffer.from(JSON.stringify(message));
      expect(bytes.length).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
      expect(parseSummary(bytes)).toEqual(message);
      board.receive('a', message, 0);
    }
    expect(messages).toBeGreaterThan(2);
    const all = Array.from({ length: 3_000 }, (_, n) => board.candidates(`function-${n}:latest`, 0, NONE)[0]?.idle);
    expect(all).toEqual(Array.from({ length: 3_000 }, (_, n) => n + 1));
  });

  it('is complete at the receiver after any losses, as soon as messages arrive again', () => {
    const state = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.record({ idle: fc.nat(3), busy: fc.nat(3) }), {
      maxKeys: 4,
    });
    const step = fc.record({ state, fate: fc.constantFrom('arrives', 'lost', 'arrives late') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), state, (steps, last) => {
        const feed = new SummaryFeed('boot');
        const board = new SummaryBoard();
        const late = [];
        for (const [at, { state: now, fate }] of steps.entries()) {
          const message = feed.next(offer(now), false, at * SUMMARY_EVERY_MS);
          if (message === undefined) continue;
          if (fate === 'arrives') board.receive('a', message, at);
          else feed.failed();
          if (fate === 'arrives late') late.push(message);
        }
        const message = feed.next(offer(last), false, 1e6);
        if (message !== undefined) board.receive('a', message, 1e6);
        for (const old of late) board.receive('a', old, 1e6);
        for (const key of ['a', 'b', 'c', 'd']) {
          const expected = { idle: last[key]?.idle ?? 0, busy: last[key]?.busy ?? 0 };
          expect(board.candidates(key, 1e6, NONE)).toEqual([expect.objectContaining({ node: 'a', ...expected })]);
        }
      }),
    );
  });

  it('has the ways of calls until they are heard, in bounded messages, also without other news', () => {
    const feed = new SummaryFeed('boot');
    const hops = new HopReports();
    feed.next(offer({}), false, 0);
    for (let n = 0; n < MAX_HOPS + 5; n += 1) hops.add('a', [`${n}${'x'.repeat(60)}`.slice(0, 64), 1, 2e9]);
    hops.add('a', ['an id of another form', 1, 1]);
    hops.add('b', ['elsewhere', 1, 1]);
    const many = offer(
      Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`function-${n}:latest`, { idle: 1 }])),
    );
    const message = feed.next(many, false, 1, hops.next('a'));
    expect(message?.hops).toHaveLength(MAX_HOPS);
    const bytes = Buffer.from(JSON.stringify(message));
    expect(bytes.length).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    expect(parseSummary(bytes)).toEqual(message);
    expect(hops.next('a')).toEqual(message?.hops);
    hops.heard('a', MAX_HOPS);
    expect(hops.withCall('a')).toEqual([]);
    const rest = feed.next(offer({}), false, 2, hops.next('a'));
    expect(rest?.hops?.map(([, attempt, us]) => [attempt, us])).toEqual(Array.from({ length: 5 }, () => [1, 1e9]));
    hops.heard('a', 5);
    expect([hops.next('a'), hops.next('b')]).toEqual([[], [['elsewhere', 1, 1]]]);
    for (let n = 0; n < 10_000; n += 1) hops.add('a', [String(n), 1, 1]);
    hops.heard('a', 2_000);
    expect(hops.next('a')).toEqual([]);
  });

  it('is refused when it is none', () => {
    const good = { boot: 'b', number: 1, whole: true, closing: false, roomMb: 1, withinMs: 1, keys: [['k', 1, 0, 0]] };
    const parse = (value: unknown) => parseSummary(Buffer.from(JSON.stringify(value)));
    expect(parse({ ...good, ofALaterVersion: 1 })).toBeDefined();
    expect(parse({ ...good, roomMb: -1 })).toBeUndefined();
    expect(parse({ ...good, keys: [['k', 1, 0]] })).toBeUndefined();
    expect(parse({ ...good, keys: [['k'.repeat(301), 1, 0, 0]] })).toBeUndefined();
    expect(parse(null)).toBeUndefined();
    expect(parseSummary(Buffer.from('{'))).toBeUndefined();
  });
});

describe('what other nodes have', () => {
  const report = (board: SummaryBoard, node: string, idle: number, number = 1) =>
    board.receive(
      node,
      {
        boot: 'b',
        number,
        whole: number === 1,
        closing: false,
        roomMb: 256,
        withinMs: SUMMARY_AT_LEAST_MS,
        keys: [['k', idle, 0, 0]],
      },
      0,
    );

  it('counts until a report is late, and not once they close, leave or cannot be reached', () => {
    const board = new SummaryBoard();
    report(board, 'a', 1);
    expect(idleOn(board, 'k', SUMMARY_AT_LEAST_MS + LATE_MS)).toEqual([['a', 1]]);
    expect(idleOn(board, 'k', SUMMARY_AT_LEAST_MS + LATE_MS + 1)).toEqual([]);
    board.unreached('a');
    expect(idleOn(board, 'k', 0)).toEqual([]);
    report(board, 'a', 1, 2);
    expect(idleOn(board, 'k', 0)).toEqual([['a', 1]]);
    expect(board.candidates('k', 0, new Set(['a']))).toEqual([]);
    board.receive(
      'a',
      { boot: 'b', number: 3, whole: false, closing: true, roomMb: 0, withinMs: SUMMARY_AT_LEAST_MS, keys: [] },
      0,
    );
    expect(idleOn(board, 'k', 0)).toEqual([]);
    board.remove('a');
    expect(board.silentMs('a', 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('may be gone when the node was quiet for more than a second', () => {
    const board = new SummaryBoard();
    expect(board.isQuiet('a', 0)).toBe(true);
    report(board, 'a', 1);
    expect(board.isQuiet('a', 1_000)).toBe(false);
    expect(board.isQuiet('a', 1_001)).toBe(true);
  });

  it('is less by what was sent there and has not ended, until the node reports again', () => {
    const board = new SummaryBoard();
    report(board, 'a', 2);
    const end = board.took('a', 'k', 'slot', 128);
    board.took('a', 'other', 'start', 128);
    const stopWaiting = board.took('a', 'k', 'wait', 128);
    expect(board.candidates('k', 0, NONE)).toEqual([{ node: 'a', idle: 1, busy: 1, waiting: 1, roomMb: 128 }]);
    end();
    stopWaiting();
    expect(board.candidates('k', 0, NONE)).toEqual([{ node: 'a', idle: 2, busy: 0, waiting: 0, roomMb: 128 }]);
    const late = board.took('a', 'k', 'slot', 128);
    report(board, 'a', 1, 2);
    late();
    expect(board.candidates('k', 0, NONE)).toEqual([{ node: 'a', idle: 1, busy: 0, waiting: 0, roomMb: 256 }]);
  });

  it('is nothing once the node refused, until it reports again', () => {
    const board = new SummaryBoard();
    report(board, 'a', 2);
    board.refused('a', 'k', 'slot', 128);
    board.took('a', 'k', 'start', 128);
    board.refused('a', 'k', 'start', 128);
    expect(board.candidates('k', 0, NONE)).toEqual([{ node: 'a', idle: 0, busy: 2, waiting: 0, roomMb: 0 }]);
    // the limit of one function does not count for others
    expect(board.candidates('other', 0, NONE)).toEqual([{ node: 'a', idle: 0, busy: 0, waiting: 0, roomMb: 256 }]);
    // a report without changes: it has again what it had
    board.receive(
      'a',
      { boot: 'b', number: 2, whole: false, closing: false, roomMb: 256, withinMs: SUMMARY_AT_LEAST_MS, keys: [] },
      0,
    );
    expect(board.candidates('k', 0, NONE)).toEqual([{ node: 'a', idle: 2, busy: 0, waiting: 0, roomMb: 256 }]);
  });

  it('begins with nothing when the node was started again', () => {
    const board = new SummaryBoard();
    report(board, 'a', 2, 1);
    const again = { boot: 'later', closing: false, roomMb: 1, withinMs: SUMMARY_AT_LEAST_MS, keys: [] };
    board.receive('a', { ...again, number: 2, whole: false }, 0);
    expect(idleOn(board, 'k', 0)).toEqual([['a', 2]]);
    board.receive('a', { ...again, number: 1, whole: true }, 0);
    expect(idleOn(board, 'k', 0)).toEqual([['a', 0]]);
  });
});
