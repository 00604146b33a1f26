import { parseUrn } from '@funcgraph/api';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { InvocationResult } from '../types.ts';
import { DirectDelivery } from './direct-delivery.ts';

const URN = parseUrn('urn:fss:r1:p1:function:default:hello:latest');
const OK = { failure: undefined } as InvocationResult;
const FAILED = { failure: { code: 4001 }, payload: Buffer.from('no') } as InvocationResult;

let clock: ManualClock;
let outcomes: (InvocationResult | PlatformError)[];
let stored: { requestId: string; event: string; refusals: PlatformError[] };
let ran: string[];
let refused: string[];
let control: AbortController;

beforeEach(() => {
  clock = new ManualClock();
  outcomes = [];
  stored = { requestId: '', event: '', refusals: [] };
  [ran, refused] = [[], []];
  control = new AbortController();
});

function deliver(event = Buffer.from('{}')): Promise<void> {
  if (URN === undefined) throw new Error('no URN');
  const delivery = new DirectDelivery({
    clock,
    invoker: {
      invoke({ requestId }) {
        ran.push(requestId);
        const outcome = outcomes.shift() ?? OK;
        return outcome instanceof PlatformError ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
      recordRefused: (_, message) => refused.push(message),
    },
    async: {
      accept({ requestId, event: accepted }) {
        const refusal = stored.refusals.shift();
        if (refusal !== undefined) return Promise.reject(refusal);
        stored = { ...stored, requestId, event: accepted.toString() };
        return Promise.resolve();
      },
    },
  });
  return delivery.deliver({ urn: URN, event, signal: control.signal });
}

/** Lets everything happen that waits for nothing but the clock. */
async function pass(ms: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

it('an event whose function succeeds is stored nowhere', async () => {
  await deliver();
  expect(ran).toHaveLength(1);
  expect(stored.event).toBe('');
});

it('an event whose function fails goes on as an asynchronous invocation with the same id', async () => {
  outcomes = [FAILED];
  await deliver();
  expect(stored).toMatchObject({ requestId: ran[0], event: '{}' });
});

it('an event that may not run waits, and runs later', async () => {
  outcomes = [new PlatformError('overloaded', 'busy'), new PlatformError('overloaded', 'busy'), OK];
  const delivering = deliver();
  await pass(500);
  await pass(1_000);
  await delivering;
  expect(ran).toHaveLength(3);
});

it('a failed event waits for room among the asynchronous invocations, and does not run again meanwhile', async () => {
  outcomes = [FAILED];
  stored.refusals = [new PlatformError('overloaded', 'the quota is used up')];
  const delivering = deliver();
  await pass(500);
  await delivering;
  expect(ran).toHaveLength(1);
  expect(stored.requestId).toBe(ran[0]);
});

it('an event that waits stays at its source when that stops', async () => {
  outcomes = [new PlatformError('overloaded', 'busy')];
  const delivering = deliver();
  await pass(0);
  control.abort(new Error('stopped'));
  await expect(delivering).rejects.toThrow('stopped');
});

it('an event without a function stays at its source', async () => {
  outcomes = [new PlatformError('function_not_found', 'there is no function hello')];
  await expect(deliver()).rejects.toThrow('there is no function hello');
});

it('an event that is too large is left out, and the log of the function says so', async () => {
  await deliver(Buffer.alloc(6 * 1024 * 1024 + 200));
  expect(ran).toEqual([]);
  expect(refused).toEqual([expect.stringContaining('left out')]);
});
