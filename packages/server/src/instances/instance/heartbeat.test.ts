import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { HookAnswer } from '../runtime-link/index.ts';
import { HEARTBEAT_EVERY_MS, HEARTBEAT_TIMEOUT_MS, Heartbeat } from './heartbeat.ts';

interface Question {
  readonly seq: number;
  answer(answer: HookAnswer): Promise<void>;
  end(): Promise<void>;
}

let clock: ManualClock;
let requested: Question[];
let deaths: string[];
let heartbeat: Heartbeat;

beforeEach(() => {
  clock = new ManualClock();
  requested = [];
  deaths = [];
  heartbeat = new Heartbeat({
    clock,
    beat: (seq) =>
      new Promise((resolve, reject) => {
        const settled = () => new Promise<void>((done) => setImmediate(done));
        requested.push({
          seq,
          answer: (answer) => {
            resolve(answer);
            return settled();
          },
          end: () => {
            reject(new Error('gone'));
            return settled();
          },
        });
      }),
    onDead: (why) => deaths.push(why),
  });
  heartbeat.resume();
});

const last = (): Question => {
  const question = requested.at(-1);
  if (question === undefined) throw new Error('nothing was asked');
  return question;
};

describe('the heartbeat of an instance', () => {
  it('asks every five seconds', async () => {
    clock.advance(HEARTBEAT_EVERY_MS - 1);
    expect(requested).toHaveLength(0);
    clock.advance(1);
    await last().answer({ ok: true });
    clock.advance(HEARTBEAT_EVERY_MS);
    expect(requested.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('condemns at the first bad answer, and once', async () => {
    clock.advance(HEARTBEAT_EVERY_MS);
    await last().answer({ ok: false, error: 'it returned false' });
    clock.advance(10 * HEARTBEAT_EVERY_MS);
    expect(deaths).toEqual(['the heartbeat function answered badly: it returned false']);
    expect(requested).toHaveLength(1);
  });

  it('condemns when six questions in a row are not answered in time', () => {
    for (let i = 0; i < 5; i += 1) clock.advance(HEARTBEAT_EVERY_MS);
    clock.advance(HEARTBEAT_TIMEOUT_MS);
    expect(deaths).toEqual([]);
    clock.advance(HEARTBEAT_EVERY_MS);
    expect(deaths).toEqual([expect.stringContaining('6 times in a row')]);
  });

  it('forgets misses after an answer in time, not after a late one', async () => {
    for (let i = 0; i < 5; i += 1) clock.advance(HEARTBEAT_EVERY_MS);
    await last().answer({ ok: true });
    // From here on each check is a second after the deadline of an answer.
    clock.advance(HEARTBEAT_TIMEOUT_MS + 1_000);
    for (let i = 0; i < 5; i += 1) {
      clock.advance(HEARTBEAT_EVERY_MS);
      await last().answer({ ok: true });
    }
    expect(deaths).toEqual([]);
    clock.advance(HEARTBEAT_EVERY_MS);
    expect(deaths).toHaveLength(1);
  });

  it('makes no calls and misses none while it is paused', () => {
    for (let i = 0; i < 20; i += 1) {
      clock.advance(HEARTBEAT_EVERY_MS);
      heartbeat.pause();
      clock.advance(60_000);
      heartbeat.resume();
    }
    expect([requested.length, deaths.length]).toEqual([20, 0]);
  });

  it('accepts a bad answer that arrives after a pause', async () => {
    clock.advance(HEARTBEAT_EVERY_MS);
    const question = last();
    heartbeat.pause();
    await question.answer({ ok: false });
    expect(deaths).toHaveLength(1);
  });

  it('ends quietly with the instance', async () => {
    clock.advance(HEARTBEAT_EVERY_MS);
    await last().end();
    clock.advance(20 * HEARTBEAT_EVERY_MS);
    expect([requested.length, deaths.length]).toEqual([1, 0]);
  });
});
