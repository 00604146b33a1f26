import { parseUrn } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { Catalog, type VersionSnapshot } from '../control/index.ts';
import type { InstanceAnswer } from '../instances/instance/instance-types.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { Invoker, type InvokerOptions } from './invoker.ts';

const NAME = { projectId: 'p1', package: 'default', name: 'hello' };
const URN = 'urn:fss:r1:p1:function:default:hello:latest';
const NOTHING = Buffer.alloc(0);
const NO_PHASES = { sandboxMs: 0, bootMs: 0, loadMs: 0, initMs: 0 };
const MEASURED = { payload: NOTHING, handlerMs: 0, cpuMs: null, peakMemoryBytes: null };

/** The `tries`th instance of a request answers; those before return it. `alone` has whether each got it alone. */
function invokerOver(
  answer: (isAlone: boolean) => Partial<InstanceAnswer>,
  { clock = new ManualClock(), enter = () => undefined as Promise<void> | undefined, lanes = true } = {},
): { invoker: Invoker; alone: boolean[] } {
  const snapshot = {
    ...{ ...NAME, urn: URN, functionId: 'f1', version: 'latest', revision: '7', runtime: 'Node.js20.15' },
    ...{
      memoryMb: 128,
      timeoutSeconds: 3,
      tmpMb: 512,
      maxInstances: 400,
      concurrency: 1,
      enabled: true,
      env: {},
      lanes,
    },
    artifact: { treePath: '/code' },
  } as unknown as VersionSnapshot;
  const catalog = new Catalog();
  const none = {
    createdAt: 0,
    asyncConfigs: new Map(),
    reserved: new Map(),
    triggers: new Map(),
    url: undefined,
    isTraced: true,
  };
  const versions = new Map([['latest', snapshot]]);
  catalog.set({ ...NAME, ...none, functionId: 'f1', versions, aliases: new Map() });
  const alone: boolean[] = [];
  const pool = {
    acquire: async (_spec: unknown, _signal: unknown, laneBytes?: number) => {
      const isAlone = laneBytes === undefined;
      alone.push(isAlone);
      const instance = { id: 'i', invoke: async () => ({ failure: undefined, ...MEASURED, ...answer(isAlone) }) };
      return { instance, cold: false, reserved: false, phases: NO_PHASES, waitedMs: 0, release: () => {} };
    },
  };
  const options = {
    ...{ catalog, pool, record: () => {}, clock, random: () => 0 },
    logs: { started: () => {}, moved: () => {}, ended: () => {}, finished: () => ({}) },
    gate: { enter, leave: () => {} },
    launchPlan: async () => ({ command: [], binds: [], workingDir: '/', env: {} }),
  } as unknown as InvokerOptions;
  return { invoker: new Invoker(options), alone };
}

const invoke = (invoker: Invoker) => {
  const urn = parseUrn(URN);
  if (urn === undefined) throw new Error('no URN');
  const request = { urn, event: Buffer.from('{}'), requestId: 'r1', attempt: 1, tail: false, receivedAt: 0 };
  return invoker.invoke({ ...request, mode: 'sync' });
};

it('gives a request that instances return again and again the next one alone, where it runs', async () => {
  const { invoker, alone } = invokerOver((isAlone) => (isAlone ? {} : { notStarted: 'returned' }));
  expect((await invoke(invoker)).failure).toBeUndefined();
  expect(alone).toEqual([...Array(10).fill(false), true]);
});

it('counts all that a request waited as time in the queue: for its account, its instance, and others in its lane', async () => {
  const clock = new ManualClock();
  const enter = (): Promise<void> => Promise.resolve().then(() => clock.advance(4));
  const { invoker } = invokerOver(
    (isAlone) => {
      clock.advance(isAlone ? 5 : 3);
      return isAlone ? { handlerMs: 3, queuedMs: 2, cpuMs: 1, isCpuShared: true } : { notStarted: 'returned' };
    },
    { clock, enter },
  );
  const { receipt } = await invoke(invoker);
  expect(receipt).toMatchObject({ queue_ms: 4 + 10 * 3 + 2, handler_ms: 3, cpu_ms: 1, cpu_shared: true });
});

it('gives each request of a version without lanes an instance alone', async () => {
  const { invoker, alone } = invokerOver(() => ({}), { lanes: false });
  await invoke(invoker);
  expect(alone).toEqual([true]);
});

it('runs a request once more whose instance was lost before it began, and no more often', async () => {
  const failure = { outcome: 'system_error', code: 1, component: 'instance', payload: NOTHING } as const;
  const { invoker, alone } = invokerOver(() => ({ failure, notStarted: 'lost' }));
  expect((await invoke(invoker)).failure).toEqual(failure);
  expect(alone).toEqual([false, false]);
});
