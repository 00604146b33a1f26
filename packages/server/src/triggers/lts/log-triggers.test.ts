import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { AsyncInvocations } from '../../invocation/index.ts';
import { Queue } from '../../queue/index.ts';
import { BrokerStateStore } from '../brokers/broker-state-store.ts';
import { FunctionTargets } from '../consumers/function-targets.ts';
import { TriggerHealth } from '../consumers/trigger-health.ts';
import { TRIGGERS } from '../kinds.ts';
import { LogPositionStore } from './log-position-store.ts';
import type { LogReader, NewLines, StoredLine } from './log-reader.ts';
import { LogTriggers } from './log-triggers.ts';

const named = (name: string) => ({ projectId: 'p1', package: 'default', name });
const FIXED = { runtime: 'Node.js20.15', handler: 'index.handler', timeoutSeconds: 10, memoryMb: 128 };

/** The log of one folder, in memory. */
class FakeLog implements LogReader {
  readonly folder: string;
  readonly lines: { readonly key: string; readonly day: string; readonly line: StoredLine }[] = [];
  readonly #callbacks = new Map<string, Set<() => void>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  onLines(functionKey: string, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(functionKey) ?? new Set();
    this.#callbacks.set(functionKey, callbacks.add(callback));
    return () => callbacks.delete(callback);
  }

  write(key: string, message: string, depth = 0): void {
    const seq = this.lines.length + 1;
    const time = control.clock.now();
    const day = new Date(time).toISOString().slice(0, 10);
    const of = { version: 'latest', requestId: 'r1', instanceId: 'i1', level: 'INFO', depth };
    this.lines.push({ key, day, line: { seq, uid: `${this.folder}-${day}-${seq}`, time, message, ...of } });
    for (const callback of this.#callbacks.get(key) ?? []) callback();
  }

  linesAfter({ functionKey, from, firstDay, after, limit }: Parameters<LogReader['linesAfter']>[0]): Promise<NewLines> {
    const next = this.lines.filter(
      ({ key, day, line }) =>
        key === functionKey && day >= firstDay && line.time >= from && line.seq > (after.get(day) ?? 0),
    );
    const day = next[0]?.day ?? firstDay;
    const lines = next.filter((one) => one.day === day).slice(0, limit);
    return Promise.resolve({ day, lines: lines.map(({ line }) => line), passed: new Map() });
  }

  countAfter({ functionKey, after }: Parameters<LogReader['countAfter']>[0]): Promise<number> {
    const behind = this.lines.filter(({ key, day, line }) => key === functionKey && line.seq > (after.get(day) ?? 0));
    return Promise.resolve(behind.length);
  }
}

let control: TestControl;
let ids: Record<string, string>;
let log: FakeLog;
let running: LogTriggers[];
let maxMessages: number;
let left: string[];

beforeEach(async () => {
  control = await openTestControl({ triggers: TRIGGERS });
  ids = {};
  for (const name of ['source', 'target', 'third']) {
    const { fn } = await control.functions.create('p1', { name, package: 'default', ...FIXED });
    ids[name] = fn.id;
  }
  [log, running, maxMessages, left] = [new FakeLog('f1'), [], 1000, []];
});
afterEach(async () => {
  for (const one of running) await one.stop();
  await control.close();
});

async function start(logs: LogReader = log): Promise<LogTriggers> {
  const { storage, catalog, clock } = control;
  const maxOfOwner = { messages: maxMessages, bytes: 1024 ** 3 };
  const queue = await Queue.open({ storage, now: () => clock.now(), maxOfOwner });
  const async = new AsyncInvocations({
    queue,
    catalog,
    dispatcher: { cancel: () => false, running: 0, notBegun: () => [] },
    deadLetters: { count: () => Promise.resolve(0) },
    logs: { fromPlatform: () => {} },
    clock,
    random: () => 0,
    refuseWhenFull: () => {},
  });
  const store = new LogPositionStore(storage.db);
  const states = new BrokerStateStore(storage.db);
  const leftOut = ({ message }: { readonly message: string }) => void left.push(message);
  const ofFunctions = { catalog, async, leftOut, region: 'r1' };
  const targets = [new FunctionTargets({ ...ofFunctions, invocations: {} as never })];
  const quiet = pino({ level: 'silent' });
  const health = new TriggerHealth({ states, clock, log: quiet });
  const deps = { catalog, targets, logs, store, health, clock, retainDays: 3, log: quiet };
  const triggers = new LogTriggers(deps);
  running.push(triggers);
  triggers.start();
  return triggers;
}

const settings = (of: string, name = 'lts') => ({ kind: 'LTS', name, groupId: 'p1', streamId: ids[of] ?? of }) as const;
const add = (of: string, target: string, name = 'lts') =>
  control.triggers.create(named(target), 'latest', { active: true, settings: settings(of, name) });

interface Logs {
  readonly logs: string;
  readonly owner: string;
  readonly log_group_id: string;
  readonly log_topic_id: string;
}

/** What the stored events hold, oldest first. */
async function stored(): Promise<Logs[]> {
  const rows = await control.storage.db.selectFrom('message').selectAll().orderBy('position').execute();
  return rows.map(({ payload }) => {
    const { lts } = JSON.parse(Buffer.from(payload ?? '').toString()) as { lts: { data: string } };
    return JSON.parse(Buffer.from(lts.data, 'base64').toString()) as Logs;
  });
}

const messages = async (): Promise<string[][]> =>
  (await stored()).map(({ logs }) => (JSON.parse(logs) as { message: string }[]).map(({ message }) => message));

/** A second passes, and what is due then is stored. */
async function until(expected: string[][]): Promise<void> {
  const passing = async (): Promise<string[][]> => {
    control.clock.advance(1000);
    return messages();
  };
  await expect.poll(passing, { timeout: 10_000 }).toEqual(expected);
}

const SOURCE = 'p1:default:source';

describe('an LTS trigger', () => {
  it('sends the lines of a second as one event in the form of LTS', async () => {
    await add('source', 'target');
    await start();
    log.write(SOURCE, 'one');
    log.write('p1:default:target', 'not this');
    log.write(SOURCE, 'two "quoted"');
    await until([['one', 'two "quoted"']]);
    const [event] = await stored();
    expect(event).toMatchObject({ owner: 'p1', log_group_id: 'p1', log_topic_id: ids.source });
    expect((JSON.parse(event?.logs ?? '') as unknown[])[0]).toEqual({
      message: 'one',
      time: log.lines[0]?.line.time,
      host_name: 'i1',
      ip: '',
      path: 'latest',
      log_uid: log.lines[0]?.line.uid,
      line_no: 1,
      level: 'INFO',
      request_id: 'r1',
    });
    log.write(SOURCE, 'three');
    await until([['one', 'two "quoted"'], ['three']]);
  });

  it('sends no line twice after a restart, and those of the time without a server', async () => {
    await add('source', 'target');
    const first = await start();
    log.write(SOURCE, 'one');
    await until([['one']]);
    await first.stop();
    log.write(SOURCE, 'meanwhile');
    await start();
    log.write(SOURCE, 'after');
    await until([['one'], ['meanwhile', 'after']]);
  });

  it('reads the folder of each server', async () => {
    await add('source', 'target');
    const other = new FakeLog('f2');
    await start();
    await start(other);
    log.write(SOURCE, 'here');
    await until([['here']]);
    other.write(SOURCE, 'there');
    await until([['here'], ['there']]);
  });

  it('stores a batch once, also when two read the same folder', async () => {
    await add('source', 'target');
    await start();
    await start();
    for (let n = 0; n < 3; n += 1) {
      log.write(SOURCE, `line ${n}`);
      await until(Array.from({ length: n + 1 }, (_, at) => [`line ${at}`]));
    }
  });

  it('sends nothing of the time before it was created or while it is disabled', async () => {
    log.write(SOURCE, 'before');
    control.clock.advance(2000);
    const { id } = await add('source', 'target');
    const ref = { name: named('target'), qualifier: undefined, kind: 'LTS', id };
    await start();
    log.write(SOURCE, 'one');
    await until([['one']]);
    await control.triggers.update(ref, { active: false });
    log.write(SOURCE, 'disabled');
    control.clock.advance(3000);
    await control.triggers.update(ref, { active: true });
    log.write(SOURCE, 'enabled');
    await until([['one'], ['enabled']]);
    await control.triggers.delete(ref);
    log.write(SOURCE, 'deleted');
    control.clock.advance(3000);
    expect(await messages()).toHaveLength(2);
  });

  it('waits with its lines while the project has as many events as it may have', async () => {
    maxMessages = 1;
    const trigger = await add('source', 'target');
    const state = async () => (await new BrokerStateStore(control.storage.db).of([trigger.id])).get(trigger.id);
    const first = await start();
    expect(await first.lag(trigger)).toBe(undefined);
    log.write(SOURCE, 'one');
    await until([['one']]);
    await expect.poll(state).toMatchObject({ error: undefined });
    expect(await first.lag(trigger)).toBe(0);
    log.write(SOURCE, 'two');
    control.clock.advance(1000);
    log.write(SOURCE, 'three');
    await until([['one']]);
    await expect.poll(async () => (await state())?.error).toMatch(/events/);
    expect(await first.lag(trigger)).toBe(2);
    await running.pop()?.stop();
    maxMessages = 10;
    const second = await start();
    await until([['one'], ['two', 'three']]);
    await expect.poll(state).toMatchObject({ error: undefined });
    expect(await second.lag(trigger)).toBe(0);
  });

  it('carries the depth of a chain, and leaves out lines at its end', async () => {
    await add('source', 'target');
    await start();
    log.write(SOURCE, 'shallow', 1);
    log.write(SOURCE, 'deep', 15);
    log.write(SOURCE, 'too deep', 16);
    log.write(SOURCE, 'next');
    await until([['shallow', 'deep'], ['next']]);
    const rows = await control.storage.db.selectFrom('message').select('attributes').orderBy('position').execute();
    expect(rows.map(({ attributes }) => (JSON.parse(attributes) as { depth: number }).depth)).toEqual([16, 1]);
    expect(left).toEqual([expect.stringContaining('16 functions ran one after another')]);
  });

  it('sends many lines in several events, in their order, and cuts a line that is too long', async () => {
    await add('source', 'target');
    await start();
    const all = Array.from({ length: 250 }, (_, at) => `line ${at}`);
    for (const message of all) log.write(SOURCE, message);
    await until([all.slice(0, 100), all.slice(100, 200), all.slice(200)]);
    log.write(SOURCE, '"'.repeat(96 * 1024));
    for (let n = 0; n < 3; n += 1) log.write(SOURCE, 'é'.repeat(50 * 1024));
    await expect
      .poll(async () => {
        control.clock.advance(1000);
        return (await messages()).slice(3).map((one) => one.length);
      })
      .toEqual([1, 1, 1, 1]);
    expect((await messages())[3]?.[0]).toMatch(/^"+… \(cut\)$/);
    const sizes = await control.storage.db.selectFrom('message').select('payload').execute();
    for (const { payload } of sizes) expect(payload?.length).toBeLessThan(256 * 1024);
  });
});

describe('the log of an LTS trigger', () => {
  it.each([
    ['its own function', 'target', 'target'],
    ['a function that its lines lead to', 'third', 'source'],
  ])('is not that of %s', async (_, of, target) => {
    await add('source', 'target');
    await add('target', 'third');
    await expect(add(of, target, 'loop')).rejects.toMatchObject({
      code: 'invalid_lts_trigger',
      message: 'the function would be started by log lines that it causes itself',
    });
  });

  it('is one of the project', async () => {
    await control.functions.create('p2', { name: 'foreign', package: 'default', ...FIXED });
    const { fn } = await control.functions.show({ ...named('foreign'), projectId: 'p2' }, 'latest');
    for (const streamId of ['nothing', fn.id]) {
      await expect(add(streamId, 'target')).rejects.toMatchObject({ code: 'invalid_lts_trigger' });
    }
    const other = { ...settings('source'), groupId: 'p2' };
    const creating = control.triggers.create(named('target'), 'latest', { active: true, settings: other });
    await expect(creating).rejects.toMatchObject({ message: expect.stringContaining('has no log p2/') });
  });
});

it('positions of triggers that are gone, and of old days, are removed', async () => {
  const { id } = await add('source', 'target');
  const store = new LogPositionStore(control.storage.db);
  const at = { triggerId: id, folder: 'f1' };
  await store.skip({ ...at, day: '2026-01-01', seq: 7, before: undefined });
  await store.skip({ ...at, day: '2026-01-05', seq: 6, before: undefined });
  await store.skip({ ...at, day: '2026-01-05', seq: 8, before: 6 });
  await store.skip({ ...at, day: '2026-01-05', seq: 9, before: 6 });
  await store.skip({ ...at, day: '2026-01-05', seq: 9, before: undefined });
  await store.sweep('2026-01-02');
  expect(await store.of(id, 'f1')).toEqual(new Map([['2026-01-05', 8]]));
  await control.triggers.delete({ name: named('target'), qualifier: undefined, kind: 'LTS', id });
  await store.sweep('2026-01-02');
  expect(await store.of(id, 'f1')).toEqual(new Map());
});
