import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { TestShare } from '../cluster/testing.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { AccountGate, type GateLimits, WAITER_BYTES } from './account-gate.ts';

const LIMITS: GateLimits = { concurrency: 10, maxWaitMs: 5_000, maxWaitingBytes: 1_000 * WAITER_BYTES };

let clock: ManualClock;
let gate: AccountGate;
/** Functions in the order of admission of their requests, refused ones as `429 key`. */
let order: string[];

beforeEach(() => {
  clock = new ManualClock();
  order = [];
  open();
});

function open(limits: Partial<GateLimits> = {}): void {
  gate = new AccountGate({ ...LIMITS, ...limits }, clock);
}

function enter(
  functionKey: string,
  more: { bytes?: number; signal?: AbortSignal; projectId?: string; isPatient?: boolean } = {},
): void {
  const turn = gate.enter({ projectId: 'p', functionKey, bytes: 0, ...more });
  if (turn === undefined) order.push(functionKey);
  else {
    turn.then(
      () => order.push(functionKey),
      (error: { code?: string }) => order.push(error.code === 'overloaded' ? `429 ${functionKey}` : 'aborted'),
    );
  }
}

const leave = async (functionKey: string): Promise<void> => {
  gate.leave('p', functionKey);
  await settled();
};
const settled = (): Promise<void> => new Promise(setImmediate);
const times = (count: number, work: () => void): void => {
  for (let n = 0; n < count; n += 1) work();
};

describe('the gate of an account', () => {
  it('lets one request of another function in before the rest of a burst of four hundred', async () => {
    times(400, () => enter('a'));
    enter('b');
    expect([order.length, gate.waiting]).toEqual([10, 391]);
    await leave('a');
    await leave('a');
    expect(order.slice(10)).toEqual(['a', 'b']);
  });

  it('admits as many as the share of this server allows, and asks for more', async () => {
    const share = new TestShare(2);
    gate = new AccountGate(LIMITS, clock, share);
    times(2, () => enter('a'));
    enter('b');
    expect([order, share.requests]).toEqual([['a', 'a'], 1]);
    expect([...gate.uses()]).toEqual([{ key: 'p', limit: 10, used: 2, waiting: 1 }]);
    share.parts = 5;
    gate.onMore();
    await settled();
    expect(order).toEqual(['a', 'a', 'b']);
  });

  it('refuses new requests and those that wait while the share of this server is lost', async () => {
    const share = new TestShare(1);
    gate = new AccountGate(LIMITS, clock, share);
    enter('a');
    const waits = gate.enter({ projectId: 'p', functionKey: 'a', bytes: 0 });
    share.isPaused = true;
    gate.onPause(true);
    await expect(waits).rejects.toMatchObject({ code: 'share_lost' });
    await expect(gate.enter({ projectId: 'p', functionKey: 'b', bytes: 0 })).rejects.toMatchObject({
      code: 'share_lost',
    });
    share.isPaused = false;
    await leave('a');
    expect(gate.enter({ projectId: 'p', functionKey: 'b', bytes: 0 })).toBeUndefined();
  });

  it('says that the share does not grow when this server does not reach the database', async () => {
    const share = new TestShare(1);
    share.isFixed = true;
    gate = new AccountGate(LIMITS, clock, share);
    enter('a');
    const waits = gate.enter({ projectId: 'p', functionKey: 'a', bytes: 0 });
    clock.advance(5_000);
    await expect(waits).rejects.toMatchObject({
      code: 'overloaded',
      hint: expect.stringContaining('does not reach the database'),
    });
  });

  it('lets a patient request wait as long as it takes, in turn with the others', async () => {
    times(10, () => enter('a'));
    enter('b', { isPatient: true });
    enter('c');
    clock.advance(4_999);
    enter('d');
    clock.advance(1);
    await settled();
    expect(order.slice(10)).toEqual(['429 c']);
    await leave('a');
    await leave('a');
    expect(order.slice(11)).toEqual(['b', 'd']);
  });

  it('is never closed to a quick function by floods of slow calls of others', async () => {
    open({ concurrency: 100 });
    times(400, () => enter('slow'));
    times(400, () => enter('slower'));
    const before = order.length;
    expect(before).toBeLessThan(100);
    for (let n = 0; n < 20; n += 1) {
      enter('quick');
      expect(order.at(-1)).toBe('quick');
      await leave('quick');
    }
    expect(order.length).toBe(before + 20);
    clock.advance(5_000);
    await settled();
    expect(order).not.toContain('429 quick');
  });

  it('reports to a function at its limit that the rest is for other functions', async () => {
    open({ concurrency: 100 });
    times(91, () => enter('slow'));
    const refused = gate.enter({ projectId: 'p', functionKey: 'slow', bytes: 0 })?.catch((error: unknown) => error);
    clock.advance(5_000);
    expect(await refused).toMatchObject({ hint: expect.stringContaining('the rest is for other functions') });
  });

  it('serves waiting functions in turn, in any order of arrival', async () => {
    times(10, () => enter('a'));
    times(3, () => enter('a'));
    times(2, () => enter('b'));
    times(1, () => enter('c'));
    for (let n = 0; n < 6; n += 1) await leave(order[n] ?? '');
    expect(order.slice(10)).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('counts each project for itself', () => {
    times(12, () => enter('a'));
    times(3, () => enter('a', { projectId: 'q' }));
    expect([order.length, gate.waiting]).toEqual([13, 2]);
  });

  it('refuses a request that waited too long, with the reason of the wait', async () => {
    times(10, () => enter('a'));
    const refused = gate.enter({ projectId: 'p', functionKey: 'b', bytes: 0 })?.catch((error: unknown) => error);
    clock.advance(5_000);
    expect(await refused).toMatchObject({
      code: 'overloaded',
      message: 'Your request has been controlled by overload sdk, please retry later',
      hint: '10 invocations of the account run already, and none ended within 5000 ms.',
    });
    await leave('a');
    enter('b');
    expect(order.at(-1)).toBe('b');
  });

  it('removes a waiting request whose client disconnected', async () => {
    times(10, () => enter('a'));
    const abort = new AbortController();
    enter('a', { signal: abort.signal });
    enter('a', { signal: AbortSignal.abort() });
    enter('b');
    abort.abort();
    await settled();
    expect([order.slice(10), gate.waiting]).toEqual([['aborted', 'aborted'], 1]);
    await leave('a');
    expect(order.at(-1)).toBe('b');
  });

  it('sheds the latest of the function that waits with most, never another', async () => {
    open({ maxWaitingBytes: 5 * WAITER_BYTES });
    times(10, () => enter('a'));
    times(7, () => enter('a'));
    enter('b');
    await settled();
    expect(order.slice(10)).toEqual(['429 a', '429 a', '429 a']);
    expect(gate.waiting).toBe(5);
    enter('c', { bytes: 6 * WAITER_BYTES });
    await settled();
    expect(order.slice(13)).toEqual(['429 c']);
  });

  it('keeps the places of reserved instances for their function', async () => {
    gate.reserve('p', 'r', 4);
    times(8, () => enter('a'));
    expect([order.length, gate.waiting]).toEqual([6, 2]);
    times(6, () => enter('r'));
    expect(order.slice(6)).toEqual(['r', 'r', 'r', 'r']);
    // a reserved place is for its function only, and needs no turn
    await leave('r');
    expect(order.slice(10)).toEqual(['r']);
    await leave('a');
    expect(order.slice(11)).toEqual(['a']);
    gate.reserve('p', 'r', 0);
    await leave('r');
    await settled();
    expect(order.slice(12)).toEqual(['r']);
  });

  it('never admits more than the limit, and always a waiting request below it', async () => {
    const step = fc.record({
      act: fc.constantFrom<'enter' | 'leave' | 'reserve'>('enter', 'enter', 'leave', 'reserve'),
      key: fc.constantFrom('a', 'b', 'c'),
      places: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        open();
        const inside = new Map<string, number>();
        const reserved = new Map<string, number>();
        const waiting = new Map<string, number>();
        const add = (map: Map<string, number>, key: string, by: number) => map.set(key, (map.get(key) ?? 0) + by);
        for (const { act, key, places } of steps) {
          if (act === 'enter') {
            add(waiting, key, 1);
            const got = (): void => {
              add(inside, key, 1);
              add(waiting, key, -1);
            };
            const turn = gate.enter({ projectId: 'p', functionKey: key, bytes: 0 });
            if (turn === undefined) got();
            else void turn.then(got);
          } else if (act === 'leave' && (inside.get(key) ?? 0) > 0) {
            add(inside, key, -1);
            gate.leave('p', key);
          } else if (act === 'reserve') {
            reserved.set(key, places);
            gate.reserve('p', key, places);
          }
          await Promise.resolve();
          await Promise.resolve();
          const sum = (map: Map<string, number>) => [...map.values()].reduce((a, b) => a + b, 0);
          const used = ['a', 'b', 'c'].reduce((n, k) => n + Math.max(inside.get(k) ?? 0, reserved.get(k) ?? 0), 0);
          if (sum(reserved) === 0) expect(sum(inside)).toBeLessThanOrEqual(10);
          for (const k of ['a', 'b', 'c']) {
            if ((waiting.get(k) ?? 0) === 0) continue;
            expect(used).toBeGreaterThanOrEqual(10);
            expect(inside.get(k) ?? 0).toBeGreaterThanOrEqual(reserved.get(k) ?? 0);
          }
        }
      }),
    );
  });
});
