import { parseUrn } from '@funcgraph/api';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { NewLetter } from '../../queue/index.ts';
import type { InvocationResult } from '../types.ts';
import type { Accepting } from './acceptance.ts';
import { type SourceEvent, SourceInvocations } from './source-invocations.ts';

const URN = parseUrn('urn:fss:r1:p1:function:default:hello:latest');
const RECEIPT = { function_urn: 'urn:fss:r1:p1:function:default:hello:latest' };
const OK = { failure: undefined, payload: Buffer.from('{}'), receipt: RECEIPT } as InvocationResult;
const FAILED = { ...OK, failure: { code: 4001 }, payload: Buffer.from('no') } as InvocationResult;
const BUSY = new PlatformError('overloaded', 'busy');

let clock: ManualClock;
let outcomes: (InvocationResult | PlatformError)[];
let ran: string[];
let letters: NewLetter[];
let enabled: boolean;
let ending: AbortController;
let cut: AbortController;

beforeEach(() => {
  clock = new ManualClock();
  [outcomes, ran, letters] = [[], [], []];
  enabled = true;
  ending = new AbortController();
  cut = new AbortController();
});

const SNAPSHOT = { projectId: 'p1', package: 'default', name: 'hello', maxInstances: 1, runtime: 'Node.js20.15' };
const catalog = {
  resolve: () => ({ ...SNAPSHOT, enabled }),
  asyncConfig: () => ({ maxRetries: 2, maxAgeSeconds: 3600 }),
};

async function end(changes: Partial<SourceEvent> = {}): Promise<NewLetter | undefined> {
  if (URN === undefined) throw new Error('no URN');
  const invocations = new SourceInvocations({
    accepting: { catalog: catalog as unknown as Accepting['catalog'], clock, random: () => 0 },
    invoker: {
      invoke({ requestId }) {
        ran.push(requestId);
        const outcome = outcomes.shift() ?? OK;
        return outcome instanceof PlatformError ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
    },
    queue: { atomically: () => Promise.resolve([]), unlessGuarded: (step) => step().then(() => true) },
    deadLetters: {
      get: (id) => Promise.resolve(letters.find((letter) => letter.id === id) as never),
      bury: (letter) => Promise.resolve(letters.push(letter) > 0),
    },
    clock,
    wallTime: () => 0,
    newId: () => 'new',
  });
  const event = { urn: URN, event: Buffer.from('{}'), requestId: 'r1', ending: ending.signal, cut: cut.signal };
  const ended = await invocations.run({ ...event, ...changes });
  await invocations.store(ended, []);
  return ended.letter;
}

/** Lets everything happen that waits for nothing but the clock. */
async function pass(ms: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

it('an event whose function fails is repeated in its place, and then a dead letter with the same id', async () => {
  outcomes = [FAILED, FAILED, FAILED];
  const ended = end();
  await pass(1_000);
  await pass(5_000);
  await ended;
  expect(ran).toEqual(['r1', 'r1', 'r1']);
  expect(letters).toMatchObject([{ id: 'r1', attempts: 3, payload: Buffer.from('{}') }]);
});

it('an event that is too large is a dead letter with all of it, and does not run', async () => {
  const event = Buffer.alloc(6 * 1024 * 1024 + 200);
  await end({ event });
  expect(ran).toEqual([]);
  const [{ payload, ...letter } = { payload: undefined }] = letters;
  expect(payload?.length).toBe(event.length);
  expect(letter).toMatchObject({
    id: 'r1',
    outcome: { message: expect.stringContaining('6291656'), reason: 'refused' },
  });
});

it('an event that is refused at its source is a dead letter with the reason, and does not run', async () => {
  await end({ refusal: 'the message was cut' });
  expect(ran).toEqual([]);
  expect(letters).toMatchObject([{ id: 'r1', outcome: { message: 'the message was cut', reason: 'refused' } }]);
});

it('a dead letter does not hide another one with an id that events share', async () => {
  outcomes = [new PlatformError('function_not_found', 'gone'), new PlatformError('function_not_found', 'gone')];
  await end({ sharesId: true });
  await end({ sharesId: true });
  expect(letters.map(({ id }) => id)).toEqual(['r1', 'new']);
});

it('an event that may not run yet stays at its source when that ends', async () => {
  enabled = false;
  const disabled = end();
  await pass(0);
  ending.abort(new Error('ended'));
  await expect(disabled).rejects.toThrow('ended');
  ending = new AbortController();
  [enabled, outcomes] = [true, [BUSY, BUSY]];
  const busy = end();
  await pass(500);
  ending.abort(new Error('ended'));
  await expect(busy).rejects.toThrow('ended');
  expect(letters).toEqual([]);
});

it('an event that ran and failed is finished when its source ends, unless it is cut', async () => {
  outcomes = [FAILED, OK, FAILED];
  const finished = end();
  await pass(0);
  ending.abort();
  await pass(1_000);
  expect(await finished).toBe(undefined);
  const unfinished = end();
  await pass(0);
  cut.abort(new Error('the server stops'));
  await expect(unfinished).rejects.toThrow('the server stops');
  expect(letters).toEqual([]);
});
