import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { AsyncInvocations } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { Queue } from '../../queue/index.ts';
import { TRIGGERS } from '../kinds.ts';
import type { Continuation, SourceDeps } from '../trigger-kind.ts';
import { type FunctionTimer, FunctionTimers } from './function-timers.ts';
import { TimerSource } from './timer-source.ts';

const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let control: TestControl;
let async: AsyncInvocations;
let sources: TimerSource<FunctionTimer>[];

beforeEach(async () => {
  control = await openTestControl({ triggers: TRIGGERS });
  const fixed = { runtime: 'Node.js20.15', handler: 'index.handler', timeoutSeconds: 10, memoryMb: 128 };
  await control.functions.create('p1', { name: 'hello', package: 'default', ...fixed });
  const { storage, catalog, clock } = control;
  const queue = await Queue.open({ storage, now: () => clock.now() });
  async = new AsyncInvocations({
    queue,
    catalog,
    dispatcher: { cancel: () => false, running: 0, notBegun: () => [] },
    deadLetters: { count: () => Promise.resolve(0) },
    logs: { fromPlatform: () => {} },
    clock,
    random: () => 0,
    refuseWhenFull: () => {},
  });
  sources = [];
});
afterEach(async () => {
  for (const source of sources) await source.stop();
  await control.close();
});

function start(changes: Partial<SourceDeps> = {}, continuation?: Continuation): TimerSource<FunctionTimer> {
  const { catalog, triggers, clock } = control;
  const log = pino({ level: 'silent' });
  const steady = (): number => clock.monotonic();
  const leftOut: SourceDeps['leftOut'] = () => {};
  const deps = { catalog, triggers, async, leftOut, region: 'r1', clock, steady, log, ...changes };
  const source = new TimerSource(new FunctionTimers(deps), deps);
  sources.push(source);
  source.start(continuation);
  return source;
}

function timer(schedule: string, name = 'tick', userEvent?: string) {
  const scheduleType = /^\d+[mhd]$/.test(schedule) ? 'Rate' : 'Cron';
  return { kind: 'TIMER', name, scheduleType, scheduleText: schedule, userEvent } as const;
}

function add(schedule: string, change: { qualifier?: string; userEvent?: string; name?: string } = {}) {
  const { qualifier = 'latest', userEvent, name = 'tick' } = change;
  return control.triggers.create(HELLO, qualifier, { active: true, settings: timer(schedule, name, userEvent) });
}

const ref = ({ id }: { id: string }) => ({ name: HELLO, qualifier: undefined, kind: 'TIMER', id });

interface Stored {
  readonly event: { readonly time: string };
  readonly urn: string;
}

/** The events on disk, oldest first. */
async function stored(): Promise<Stored[]> {
  const rows = await control.storage.db.selectFrom('message').selectAll().orderBy('position').execute();
  return rows.map((row) => ({
    event: JSON.parse(Buffer.from(row.payload ?? '').toString()) as Stored['event'],
    urn: (JSON.parse(row.attributes) as { urn: string }).urn,
  }));
}

const times = async (): Promise<string[]> => (await stored()).map(({ event }) => event.time.slice(11, 19));

/** Lets time pass step by step: a due event is stored before the next second. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SECOND) {
    control.clock.advance(Math.min(SECOND, left));
    for (let turn = 0; turn < 12; turn += 1) await new Promise(setImmediate);
  }
}

/** The clock of a machine that is set while its timers run on. */
function skewed(): { clock: Clock; skewMs: number } {
  const { clock } = control;
  const set = {
    skewMs: 0,
    clock: {
      now: () => clock.now() + set.skewMs,
      monotonic: () => clock.monotonic(),
      after: (ms: number, run: () => void) => clock.after(ms, run),
      afterReads: (ms: number, run: () => void) => clock.afterReads(ms, run),
    },
  };
  return set;
}

describe('timer triggers', () => {
  it('store the event of the guide for each tick, with the time that was planned', async () => {
    start();
    await add('@every 2s', { userEvent: '{"a": 1}' });
    await pass(7 * SECOND);
    expect((await stored()).map(({ event }) => event)).toEqual(
      ['02', '04', '06'].map((second) => ({
        version: 'v1.0',
        time: `2026-01-01T00:00:${second}+00:00`,
        trigger_type: 'TIMER',
        trigger_name: 'tick',
        user_event: '{"a": 1}',
      })),
    );
  });

  it('do not drift when each tick is noticed late', async () => {
    start();
    await add('@every 5s');
    await pass(3 * SECOND);
    for (let n = 0; n < 4; n += 1) await pass(5_400);
    expect(await times()).toEqual(['00:00:05', '00:00:10', '00:00:15', '00:00:20']);
  });

  it('of an alias go where it points', async () => {
    await control.versions.publish(HELLO, { version: 'v1' });
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    start();
    await add('1m', { qualifier: '!live' });
    await pass(MINUTE);
    expect(await stored()).toMatchObject([{ urn: 'urn:fss:r1:p1:function:default:hello:!live' }]);
  });

  it('fire once for each tick, also when two servers look after them', async () => {
    start();
    start();
    await add('@every 1s');
    await pass(5 * SECOND);
    expect(await times()).toEqual(['00:00:01', '00:00:02', '00:00:03', '00:00:04', '00:00:05']);
  });

  it('leave out the ticks of a time without a server, but for the last minute, and go on at the same beat', async () => {
    const first = start();
    await add('1m');
    await pass(2 * MINUTE);
    await first.stop();
    control.clock.advance(10 * MINUTE + 30 * SECOND);
    const again = await control.restart();
    start({ catalog: again.catalog, triggers: again.triggers });
    await pass(MINUTE);
    expect(await times()).toEqual(['00:01:00', '00:02:00', '00:12:00', '00:13:00']);
  });

  it('fire late, in order, when their server was killed between the tick and its note', async () => {
    const first = start();
    await add('@every 5s');
    await add('0 0 0 * * ?', { name: 'daily' });
    await pass(12 * SECOND);
    await first.stop();
    control.clock.advance(9 * SECOND);
    const again = await control.restart();
    start({ catalog: again.catalog, triggers: again.triggers });
    await pass(5 * SECOND);
    expect(await times()).toEqual(['00:00:05', '00:00:10', '00:00:15', '00:00:20', '00:00:25']);
  });

  it('fire for no time before they were made, enabled or rescheduled', async () => {
    const trigger = await add('@every 5s');
    await pass(12 * SECOND);
    await control.triggers.update(ref(trigger), { active: false });
    await pass(10 * SECOND);
    await control.triggers.update(ref(trigger), { active: true });
    await control.triggers.update(ref(trigger), { settings: () => timer('@every 3s') });
    start();
    await pass(7 * SECOND);
    expect(await times()).toEqual(['00:00:25', '00:00:28']);
  });

  it('do not fire again for the tick of the moment of a restart', async () => {
    const first = start();
    await add('@every 1s');
    await pass(3 * SECOND);
    await first.stop();
    const again = await control.restart();
    start({ catalog: again.catalog, triggers: again.triggers });
    await pass(2 * SECOND);
    expect(await times()).toEqual(['00:00:01', '00:00:02', '00:00:03', '00:00:04', '00:00:05']);
  });

  it('go on at their beat when the clock was put back over a restart', async () => {
    const first = start();
    await add('@every 1s');
    await pass(3 * SECOND);
    await first.stop();
    const again = await control.restart();
    const back = skewed();
    back.skewMs = -2 * SECOND;
    start({ catalog: again.catalog, triggers: again.triggers, clock: back.clock });
    await pass(4 * SECOND);
    expect((await times()).slice(3)).toEqual(['00:00:02', '00:00:03', '00:00:04', '00:00:05']);
  });

  it.each([[-2 * SECOND], [-HOUR], [-24 * HOUR]])(
    'go on when the clock is set by %i ms while they sleep, and do not repeat the tick just done',
    async (by) => {
      const set = skewed();
      start({ clock: set.clock });
      await add('1m');
      await pass(MINUTE);
      expect(await times()).toHaveLength(1);
      set.skewMs = by;
      await pass(MINUTE - 3 * SECOND);
      expect(await times()).toHaveLength(1);
      await pass(MINUTE);
      expect(await times()).toHaveLength(2);
      await pass(MINUTE);
      expect(await times()).toHaveLength(3);
    },
  );

  it('make up for ticks that a clock jumped over with one, the newest', async () => {
    const set = skewed();
    start({ clock: set.clock });
    await add('@every 10s');
    set.skewMs = 35 * SECOND;
    await pass(13 * SECOND);
    expect(await times()).toEqual(['00:00:40']);
    set.skewMs = 5 * MINUTE + 35 * SECOND;
    await pass(15 * SECOND);
    expect((await times()).slice(1)).toEqual(['00:05:50', '00:06:00']);
  });

  it('rest while they are disabled, and count a rate from the time they are enabled', async () => {
    start();
    const trigger = await add('1m');
    await pass(MINUTE + 20 * SECOND);
    await control.triggers.update(ref(trigger), { active: false });
    await pass(5 * MINUTE);
    expect(await times()).toEqual(['00:01:00']);
    await control.triggers.update(ref(trigger), { active: true });
    await pass(MINUTE);
    expect(await times()).toEqual(['00:01:00', '00:07:20']);
    await control.triggers.delete(ref(trigger));
    await pass(5 * MINUTE);
    expect(await times()).toHaveLength(2);
  });

  it('keep their beat when another setting or another trigger changes', async () => {
    start();
    const trigger = await add('1m', { userEvent: 'a' });
    await pass(50 * SECOND);
    await control.triggers.update(ref(trigger), { settings: () => timer('1m', 'tick', 'b') });
    await add('1h', { name: 'second' });
    await pass(10 * SECOND);
    expect(await stored()).toMatchObject([{ event: { time: '2026-01-01T00:01:00+00:00', user_event: 'b' } }]);
    await control.triggers.update(ref(trigger), { settings: () => timer('0 0/10 * * * ?') });
    await pass(10 * MINUTE);
    expect(await times()).toEqual(['00:01:00', '00:10:00']);
  });

  it('store nothing for a trigger that was deleted from the database', async () => {
    start();
    await add('@every 1s');
    await control.storage.db.deleteFrom('function_trigger').execute();
    await pass(3 * SECOND);
    expect(await stored()).toEqual([]);
  });

  it('leave out ticks while the function is disabled', async () => {
    start();
    await add('@every 1s');
    await control.functions.updateMaxInstances(HELLO, 0);
    await pass(2 * SECOND);
    await control.functions.updateMaxInstances(HELLO, 1);
    await pass(SECOND);
    expect(await times()).toEqual(['00:00:03']);
  });

  it.each([
    ['the disk is full', new Error('disk full')],
    ['the database is unavailable', new PlatformError('unavailable', 'away')],
  ])('try again when %s', async (_, failure) => {
    let refused = 0;
    const accept: AsyncInvocations['accept'] = async (...args) => {
      refused += 1;
      if (refused < 3) throw failure;
      return async.accept(...args);
    };
    start({ async: { accept } });
    await add('1m');
    await pass(MINUTE + 5 * SECOND);
    expect(await times()).toEqual(['00:01:00']);
    expect(refused).toBe(3);
  });

  it('do not try a tick again that was noted before, also when the refusal comes from the thread of the database', async () => {
    let refused = 0;
    const accept: AsyncInvocations['accept'] = async (...args) => {
      refused += 1;
      // an error from another thread has no class
      if (refused === 1) throw Object.assign(new Error('no row'), { name: 'StorageError', code: 'storage.guard' });
      return async.accept(...args);
    };
    start({ async: { accept } });
    await add('@every 5s');
    await pass(11 * SECOND);
    expect(await times()).toEqual(['00:00:10']);
  });

  it('keep one tick while the disk is full, and store it once when there is room, however late', async () => {
    let isFull = true;
    const accept: AsyncInvocations['accept'] = async (...args) => {
      if (isFull) throw new PlatformError('disk_full', 'no room');
      return async.accept(...args);
    };
    start({ async: { accept } });
    await add('1m');
    await pass(10 * MINUTE + 30 * SECOND);
    isFull = false;
    await pass(2 * SECOND);
    // with those of the last minute
    expect(await times()).toEqual(['00:01:00', '00:10:00']);
    await pass(MINUTE);
    expect(await times()).toEqual(['00:01:00', '00:10:00', '00:11:00']);
  });

  it('try a tick again until the next one while too many events wait, and report each that is left out, once', async () => {
    let isFull = true;
    const accept: AsyncInvocations['accept'] = async (...args) => {
      if (isFull) throw new PlatformError('backlog_full', 'too many events wait');
      return async.accept(...args);
    };
    const reported: string[] = [];
    start({ async: { accept }, leftOut: ({ message }) => reported.push(message) });
    await add('1m');
    await pass(3 * MINUTE + 30 * SECOND);
    expect(reported).toEqual(
      ['00:01:00', '00:02:00'].map(
        (time) => `The event of timer tick for 2026-01-01T${time}.000Z is left out: too many events wait`,
      ),
    );
    isFull = false;
    await pass(2 * SECOND);
    expect(await times()).toEqual(['00:03:00']);
    await pass(MINUTE);
    expect(await times()).toEqual(['00:03:00', '00:04:00']);
    expect(reported).toHaveLength(2);
  });

  it('store the kept tick of a trigger that changed meanwhile with its new event, and none of one that was removed', async () => {
    let isFull = true;
    const accept: AsyncInvocations['accept'] = async (...args) => {
      if (isFull) throw new PlatformError('disk_full', 'no room');
      return async.accept(...args);
    };
    start({ async: { accept } });
    const changed = await add('1m', { userEvent: 'a' });
    const removed = await add('1m', { name: 'removed' });
    await pass(3 * MINUTE);
    await control.triggers.update(ref(changed), { settings: () => timer('1m', 'tick', 'b') });
    await control.triggers.delete(ref(removed));
    isFull = false;
    await pass(2 * SECOND);
    expect(await stored()).toMatchObject([
      { event: { time: '2026-01-01T00:01:00+00:00', user_event: 'b' } },
      { event: { time: '2026-01-01T00:03:00+00:00', user_event: 'b' } },
    ]);
  });

  it('stop with nothing half stored', async () => {
    const source = start();
    await add('@every 1s');
    control.clock.advance(SECOND);
    await source.stop();
    expect(await times()).toEqual(['00:00:01']);
    await pass(3 * SECOND);
    expect(await times()).toEqual(['00:00:01']);
  });
});

describe('timers that another server had', () => {
  const continuation = async (): Promise<{ refused: number; how: Continuation }> => {
    const { storage, triggers } = control;
    const state = { refused: 0 };
    const query = storage.db.selectFrom('lease').select('name').where('epoch', '=', 2).compile();
    const how: Continuation = {
      fired: await triggers.lastTicks(),
      guard: { query, mustAffect: true },
      onRefused: () => {
        state.refused += 1;
      },
    };
    return Object.assign(state, { how });
  };
  const lease = (epoch: number) =>
    control.storage.db
      .insertInto('lease')
      .values({ name: 'triggers', owner: 'x', epoch })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ epoch }))
      .execute();

  it('go on without a gap and without a tick twice, when no server had them for some seconds', async () => {
    const first = start();
    await add('@every 5s');
    await pass(12 * SECOND);
    await first.stop();
    control.clock.advance(9 * SECOND);
    await lease(2);
    const { how } = await continuation();
    start({}, how);
    await pass(10 * SECOND);
    expect(await times()).toEqual(['00:00:05', '00:00:10', '00:00:15', '00:00:20', '00:00:25', '00:00:30']);
  });

  it('store no event any more when yet another server has them, and say so', async () => {
    await add('@every 5s');
    await lease(2);
    const state = await continuation();
    start({}, state.how);
    await pass(5 * SECOND);
    await lease(3);
    await pass(5 * SECOND);
    expect(await times()).toEqual(['00:00:05']);
    expect(state.refused).toBe(1);
  });
});
