import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlacementSnapshot, place } from './placement.ts';

const base: PlacementSnapshot = {
  lanesAreFull: false,
  workers: undefined,
  free: undefined,
  live: 0,
  starting: 0,
  waiting: 1,
  stuckMs: 0,
  concurrency: 1,
  serving: 0,
  usualBusyMs: undefined,
  usualOwnMs: undefined,
  fastOwnMs: undefined,
  lateMs: 0,
  usualStartMs: 80,
  maxInstances: 400,
  ownStarts: 0,
  startsUnderWay: 0,
  maxStarts: 8,
  firstStarts: 2,
  memoryMb: 128,
  freeMemoryMb: 1024,
  totalMemoryMb: 1024,
  heldMemoryMb: 0,
  idle: [],
};

const frozen = (id: string, idleSince: number): PlacementSnapshot['idle'][number] => ({
  ...idle(id, idleSince),
  memoryMb: 10,
});

const idle = (id: string, idleSince: number, sameFunction = false): PlacementSnapshot['idle'][number] => ({
  id,
  memoryMb: 128,
  idleSince,
  sameFunction,
});

describe('placement', () => {
  it.each<[string, Partial<PlacementSnapshot>, ReturnType<typeof place>]>([
    ['starts an instance for the first request', {}, { kind: 'start', evict: [] }],
    [
      'reuses a free instance at every limit',
      { free: { id: 'a', growMb: 0 }, freeMemoryMb: 0, live: 1, maxInstances: 1, startsUnderWay: 8 },
      { kind: 'reuse', evict: [] },
    ],
    [
      'wakes a frozen instance when its memory is available',
      { free: { id: 'a', growMb: 118 } },
      { kind: 'reuse', evict: [] },
    ],
    [
      'wakes a frozen instance by ending the longest idle others, never itself',
      { free: { id: 'a', growMb: 118 }, freeMemoryMb: 100, idle: [frozen('a', 0), frozen('c', 2), frozen('b', 1)] },
      { kind: 'reuse', evict: ['b', 'c'] },
    ],
    [
      'leaves a frozen instance asleep when its memory is not available',
      { free: { id: 'a', growMb: 118 }, freeMemoryMb: 100, idle: [frozen('a', 0)] },
      { kind: 'wait', why: 'memory' },
    ],
    ['waits when a start for this request is under way', { starting: 1, live: 1 }, { kind: 'wait', why: 'turn' }],
    [
      'starts one more when two requests wait for one start',
      { starting: 1, waiting: 2, live: 1 },
      { kind: 'start', evict: [] },
    ],
    ['waits at the limit of the function', { live: 2, maxInstances: 2 }, { kind: 'wait', why: 'limit' }],
    ['knows no limit at minus one', { live: 5000, maxInstances: -1 }, { kind: 'start', evict: [] }],
    [
      'waits for a start that has room for this request too',
      { starting: 1, waiting: 10, concurrency: 10, live: 1 },
      { kind: 'wait', why: 'turn' },
    ],
    [
      'waits for instances at work that will be free sooner than a new one',
      { serving: 1, live: 1, usualBusyMs: 1, waiting: 30 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts one more when those at work are slower than a start',
      { serving: 1, live: 1, usualBusyMs: 100 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts one more when no request ended for as long as two starts take',
      { serving: 1, live: 1, usualBusyMs: 1, stuckMs: 160 },
      { kind: 'start', evict: [] },
    ],
    [
      'waits longer for the end of a request while this server is late itself',
      { serving: 1, live: 1, usualBusyMs: 1, usualStartMs: 6, fastOwnMs: 0.1, stuckMs: 40, lateMs: 30 },
      { kind: 'wait', why: 'turn', againMs: 6 },
    ],
    [
      'starts no more than enough under overload, when requests are short inside and only crowding makes them long',
      { serving: 16, live: 16, usualBusyMs: 50, usualOwnMs: 0.1, waiting: 500 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts more under overload for requests that wait for something outside',
      { serving: 16, live: 16, usualBusyMs: 50, usualOwnMs: 20, waiting: 500 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts none for a few instances that only crowding makes slow',
      { serving: 2, live: 2, usualBusyMs: 200, usualOwnMs: 0.1, waiting: 30 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts none beside those that start already, when all together are soon done',
      { serving: 1, live: 4, starting: 3, usualBusyMs: 5, usualOwnMs: 0.2, waiting: 500 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts more beside those that start already, when all together are not soon done',
      { serving: 1, live: 3, starting: 2, usualBusyMs: 5, usualOwnMs: 0.3, waiting: 500 },
      { kind: 'start', evict: [] },
    ],
    [
      'leaves out what crowding adds inside the runtime while this server is late itself',
      { serving: 1, live: 1, usualBusyMs: 50, usualOwnMs: 2, fastOwnMs: 0.05, waiting: 500, lateMs: 30 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'counts all time inside the runtime while this server is in time',
      { serving: 1, live: 1, usualBusyMs: 50, usualOwnMs: 2, fastOwnMs: 0.05, waiting: 500, lateMs: 1 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts more on a crowded machine for requests that wait for something outside',
      { serving: 1, live: 1, usualBusyMs: 50, usualOwnMs: 40, fastOwnMs: 20, waiting: 500, lateMs: 30 },
      { kind: 'start', evict: [] },
    ],
    [
      'does not believe an instance that reports more than it took',
      { serving: 16, live: 16, usualBusyMs: 1, usualOwnMs: 1e9, waiting: 500 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    ['refuses a function with zero instances', { maxInstances: 0 }, { kind: 'refuse', reason: 'disabled' }],
    ['refuses what never fits the machine', { memoryMb: 2048 }, { kind: 'refuse', reason: 'too large' }],
    ['waits while the machine starts as many as it may', { startsUnderWay: 8 }, { kind: 'wait', why: 'starts' }],
    [
      'leaves the last start of the machine to other functions',
      { ownStarts: 15, startsUnderWay: 15, maxStarts: 16, starting: 0 },
      { kind: 'wait', why: 'starts' },
    ],
    [
      'leaves the last part of the memory to other functions',
      { heldMemoryMb: 9_000, freeMemoryMb: 900, totalMemoryMb: 10_000 },
      { kind: 'wait', why: 'memory' },
    ],
    [
      'gives the last part of the memory to a function that has none',
      { heldMemoryMb: 0, freeMemoryMb: 900, totalMemoryMb: 10_000 },
      { kind: 'start', evict: [] },
    ],
    [
      'evicts the longest idle when memory is short',
      { freeMemoryMb: 0, idle: [idle('new', 9), idle('old', 1)] },
      { kind: 'start', evict: ['old'] },
    ],
    [
      'evicts an idle instance of its own function at the limit',
      { live: 1, maxInstances: 1, idle: [idle('other', 1), idle('own', 5, true)] },
      { kind: 'start', evict: ['own'] },
    ],
    [
      'waits for full lanes although an instance is free',
      { lanesAreFull: true, free: { id: 'idle', growMb: 0 } },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts no more instances for a burst of short requests than the processors can run, those under way included',
      { workers: 4, serving: 1, starting: 3, live: 4, usualBusyMs: 90, usualOwnMs: 0.9, fastOwnMs: 0.9, waiting: 480 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts as many as the processors can run',
      { workers: 4, serving: 1, starting: 2, live: 3, usualBusyMs: 90, usualOwnMs: 0.9, fastOwnMs: 0.9, waiting: 480 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts one more than the processors can run when no request ended for as long as two starts take',
      { workers: 4, serving: 4, live: 4, usualBusyMs: 1, waiting: 480, stuckMs: 160 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts as many instances as the processors can run, before a request has ended',
      { starting: 1, ownStarts: 1, startsUnderWay: 1, live: 1, waiting: 16 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts no more than that for the requests that wait after a restart',
      { starting: 2, ownStarts: 2, startsUnderWay: 2, live: 2, waiting: 16 },
      { kind: 'wait', why: 'turn', againMs: 80 },
    ],
    [
      'starts as many again each time that two starts should have taken',
      { starting: 3, ownStarts: 3, startsUnderWay: 3, live: 3, waiting: 16, stuckMs: 160 },
      { kind: 'start', evict: [] },
    ],
    [
      'starts one for each request that waits, once they are known to be long',
      { starting: 2, ownStarts: 2, startsUnderWay: 2, live: 3, serving: 1, waiting: 16, usualBusyMs: 900 },
      { kind: 'start', evict: [] },
    ],
    ['waits when nothing idle can make room', { freeMemoryMb: 0 }, { kind: 'wait', why: 'memory' }],
  ])('%s', (_, change, expected) => {
    expect(place({ ...base, ...change })).toEqual(expected);
  });

  it('never starts beyond a limit and never evicts more than it needs', () => {
    const one = fc.record({
      id: fc.uuid(),
      memoryMb: fc.constantFrom(128, 256, 512),
      idleSince: fc.nat(),
      sameFunction: fc.boolean(),
    });
    const snapshot = fc.record({
      lanesAreFull: fc.boolean(),
      workers: fc.constantFrom(undefined, 1, 4),
      free: fc.constant(undefined),
      live: fc.nat(20),
      starting: fc.nat(10),
      waiting: fc.integer({ min: 1, max: 10 }),
      stuckMs: fc.nat(200),
      concurrency: fc.constantFrom(1, 10),
      serving: fc.nat(5),
      usualBusyMs: fc.option(fc.nat(200), { nil: undefined }),
      usualOwnMs: fc.option(fc.nat(200), { nil: undefined }),
      fastOwnMs: fc.option(fc.nat(200), { nil: undefined }),
      lateMs: fc.nat(50),
      usualStartMs: fc.constant(80),
      maxInstances: fc.integer({ min: -1, max: 20 }),
      ownStarts: fc.nat(10),
      startsUnderWay: fc.nat(10),
      maxStarts: fc.constant(8),
      firstStarts: fc.constantFrom(1, 2, 8),
      memoryMb: fc.constantFrom(128, 512, 4096),
      freeMemoryMb: fc.nat(1024),
      totalMemoryMb: fc.constant(2048),
      heldMemoryMb: fc.nat(2048),
      idle: fc.array(one, { maxLength: 10 }),
    });
    fc.assert(
      fc.property(snapshot, (s) => {
        const placement = place(s);
        if (placement.kind !== 'start') return;
        const gone = s.idle.filter((i) => placement.evict.includes(i.id));
        const freed = gone.reduce((sum, i) => sum + i.memoryMb, s.freeMemoryMb);
        expect(freed).toBeGreaterThanOrEqual(s.memoryMb);
        if (s.maxInstances >= 0)
          expect(s.live - gone.filter((i) => i.sameFunction).length).toBeLessThan(s.maxInstances);
      }),
    );
  });
});
