import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../control/testing.ts';
import { MAX_DEPTH } from '../domain/call-depth.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { bucketSource, type Fact } from '../services/index.ts';
import { FunctionListeners } from './function-listeners.ts';
import { TRIGGERS } from './kinds.ts';

const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
const OBS = { kind: 'OBS', name: 'objects', bucket: 'photos', events: ['Put'], prefix: 'in/', suffix: '' };

let control: TestControl;
let listeners: FunctionListeners;
let refuse: PlatformError | undefined;
let leftOut: string[];
let depths: number[];

beforeEach(async () => {
  [refuse, leftOut, depths] = [undefined, [], []];
  const bucket = () => Promise.resolve({ projectId: 'p1' });
  control = await openTestControl({
    triggers: TRIGGERS,
    sources: {
      bucket,
      topic: () => Promise.resolve(false),
      brokerHosts: new Set(),
      stream: () => Promise.resolve(false),
    },
  });
  await control.functions.create('p1', { name: 'hello', runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 });
  listeners = new FunctionListeners({
    catalog: control.catalog,
    kinds: TRIGGERS,
    async: {
      messageOf: ({ requestId: id, event: payload, depth }) => {
        if (refuse !== undefined) throw refuse;
        depths.push(depth);
        return { message: { id, topic: 'async', group: 'p1:f', payload }, stored: () => {} };
      },
    },
    leftOut: ({ message }) => leftOut.push(message),
    region: 'local-1',
    log: pino({ level: 'silent' }),
  });
  listeners.start();
});
afterEach(() => control.close());

const add = (more: object = {}, qualifier = 'latest') =>
  control.triggers.create(HELLO, qualifier, { active: true, settings: { ...OBS, ...more } });
const fact = (key: string, more: Partial<Fact> = {}): Fact => {
  const body = { id: key, event: 'ObjectCreated:Put', at: 0, bucket: 'photos', key };
  return { id: `fact ${key}`, projectId: 'p1', source: bucketSource('p1', 'photos'), at: 0, depth: 0, body, ...more };
};
const ids = (of: Fact) =>
  [...listeners.deliveries(of)].map((each) => ('message' in each ? each.message.id : expect.fail('no message')));

it('triggers get what they select, with an id that is the same each time', async () => {
  await add();
  await add({ name: 'second', prefix: 'out/' });
  const [id, ...more] = ids(fact('in/a'));
  expect(more).toEqual([]);
  expect(ids(fact('in/a'))).toEqual([id]);
  expect(ids(fact('in/b'))).not.toEqual([id]);
  expect(ids(fact('in/a', { id: 'another' }))).not.toEqual([id]);
  expect(ids(fact('else'))).toEqual([]);
  expect(ids(fact('in/a', { source: bucketSource('p2', 'photos') }))).toEqual([]);
});

it('triggers are followed when they are made, changed and deleted with their function', async () => {
  const source = bucketSource('p1', 'photos');
  expect(listeners.isListening(source)).toBe(false);
  const { id } = await add();
  expect(listeners.isListening(source)).toBe(true);
  const ref = { name: HELLO, qualifier: undefined, kind: 'OBS', id };
  await control.triggers.update(ref, { settings: ({ settings }) => ({ ...settings, bucket: 'other' }) });
  expect([listeners.isListening(source), listeners.isListening(bucketSource('p1', 'other'))]).toEqual([false, true]);
  await control.functions.delete(HELLO);
  expect(listeners.isListening(bucketSource('p1', 'other'))).toBe(false);
});

it('a function that takes no event gets none, and a full disk is no reason to lose one', async () => {
  await add();
  refuse = new PlatformError('overloaded', 'function hello is disabled');
  expect(ids(fact('in/a'))).toEqual([]);
  refuse = new PlatformError('disk_full', 'no room');
  expect(() => ids(fact('in/a'))).toThrow('no room');
});

it('a chain of functions carries its length and ends, with a line for the owner', async () => {
  await add();
  ids(fact('in/a', { depth: MAX_DEPTH - 1 }));
  expect([depths, leftOut]).toEqual([[MAX_DEPTH - 1], []]);
  expect(ids(fact('in/a', { depth: MAX_DEPTH }))).toEqual([]);
  expect(leftOut).toEqual([expect.stringContaining('16 functions ran one after another')]);
});
