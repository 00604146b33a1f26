import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { LinkCall } from '../runtime-link/index.ts';
import { Lane, type LaneAnswer } from './lane.ts';

let clock: ManualClock;
/** Processor time that the instance used since the last measurement. */
let usedMs: number;
let lane: Lane;
let answers: Map<string, LaneAnswer>;
let calls: LinkCall[];

beforeEach(() => {
  clock = new ManualClock();
  usedMs = 0;
  answers = new Map();
  calls = [];
  lane = new Lane({
    clock,
    measure: () => {
      const cpuMs = usedMs;
      usedMs = 0;
      return { cpuMs, peakMemoryBytes: 1 };
    },
    onBegin: () => {},
    onEnd: () => {},
    recall: () => {},
  });
});

function add(requestId: string): void {
  calls.push(lane.add({ requestId, timeoutMs: 1000 }, (answer) => answers.set(requestId, answer)));
}

/** The first request ends after so many ms, in which the instance uses as much processor time. */
function finish(ms: number): void {
  clock.advance(ms);
  usedMs += ms;
  calls.shift()?.resolve({ code: 0, payload: Buffer.alloc(0), ms });
}

it('a request that is held has all the time, and times out when it is held no more', () => {
  let isHeld = true;
  const request = { requestId: 'a', timeoutMs: 1000, isHeld: () => isHeld };
  lane.add(request, (ended) => answers.set('a', ended));
  clock.advance(60_000);
  expect(answers.size).toBe(0);
  isHeld = false;
  clock.advance(1_000);
  expect(answer('a').outcome).toEqual({ kind: 'timeout' });
});

const turn = (): Promise<void> => Promise.resolve();
const answer = (requestId: string): LaneAnswer => {
  const found = answers.get(requestId);
  if (found === undefined) throw new Error(`${requestId} has no answer`);
  return found;
};

it('processor time that is measured for one request alone is not shared', async () => {
  for (const id of ['a', 'b']) {
    add(id);
    finish(2);
    await turn();
    expect(answer(id)).toMatchObject({ cpuMs: 2, isCpuShared: false, handlerMs: 2, queuedMs: 0 });
  }
});

it('receipts of requests that ran one after the other add up to what passed and what was used', async () => {
  for (const id of ['a', 'b', 'c']) add(id);
  finish(1);
  finish(3);
  await turn();
  finish(2);
  await turn();
  const all = [answer('a'), answer('b'), answer('c')];
  expect(all.map(({ cpuMs, isCpuShared }) => [cpuMs, isCpuShared])).toEqual([
    [1, true],
    [3, true],
    [2, true],
  ]);
  expect(all.map(({ queuedMs, handlerMs }) => queuedMs + handlerMs)).toEqual([1, 4, 6]);
  expect(all.map(({ handlerMs }) => handlerMs)).toEqual([1, 3, 2]);
});

it('a request that begins before the one before it is measured shares its processor time with it', async () => {
  for (const id of ['a', 'b']) add(id);
  finish(1);
  usedMs += 1;
  await turn();
  clock.advance(1);
  finish(1);
  await turn();
  add('c');
  finish(5);
  await turn();
  expect(['a', 'b', 'c'].map((id) => answer(id).isCpuShared)).toEqual([true, true, false]);
  expect(answer('a').cpuMs).toBe(2);
  expect(answer('b').cpuMs).toBe(1);
});

it('processor time of a request that timed out behind others is marked as shared', async () => {
  for (const id of ['a', 'b']) add(id);
  finish(1);
  await turn();
  usedMs = 7;
  clock.advance(1000);
  expect(answer('b')).toMatchObject({ outcome: { kind: 'timeout' }, cpuMs: 7, isCpuShared: true, handlerMs: 1000 });
});

it('gives a request that times out alone all that was measured', async () => {
  add('a');
  add('b');
  usedMs += 900;
  clock.advance(1000);
  await turn();
  expect(answer('a')).toMatchObject({ outcome: { kind: 'timeout' }, cpuMs: 900, isCpuShared: false });
});
