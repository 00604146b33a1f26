import { FlowListeners, FlowTargets, FlowTimers } from '../flows/index.ts';
import { SourceInvocations } from '../invocation/index.ts';
import { newRequestId } from '../lib/ids.ts';
import { auditFacts, FactSignal, FactStore, Facts, FanOut } from '../services/index.ts';
import type { Duty } from '../storage/index.ts';
import {
  BatchRoom,
  BrokerStateStore,
  BrokerTriggers,
  FunctionListeners,
  FunctionTargets,
  TimerSource,
  TRIGGERS,
  triggerSources,
} from '../triggers/index.ts';
import type { AsyncParts } from './async-parts.ts';
import type { ControlParts } from './control-parts.ts';
import type { FlowParts } from './flow-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

export type ServiceDeps = Root &
  Pick<StateParts, 'storage' | 'feed' | 'queue' | 'catalog' | 'steady' | 'iam' | 'sealer'> &
  Pick<ControlParts, 'triggers' | 'flowTriggers' | 'flows'> &
  Pick<InvocationParts, 'invoker'> &
  Pick<AsyncParts, 'asyncInvocations' | 'deadLetterBox'> &
  Pick<FlowParts, 'runs'>;

/** Of batches in progress. */
const ROOM_BYTES = 128 * 1024 * 1024;

/** Where events come from: timers, and what happens in services. Call when the catalog is filled. */
export function serviceParts(deps: ServiceDeps) {
  const { config, region, storage, feed, queue, catalog, triggers, flowTriggers, flows, runs, invoker, clock } = deps;
  const { asyncInvocations: async, steady } = deps;
  const log = deps.log.child({ module: 'triggers' });
  const leftOut: Parameters<typeof triggerSources>[0]['leftOut'] = ({ message, ...refused }) =>
    invoker.recordRefused(refused, message);
  const store = new FactStore(storage);
  const functions = new FunctionListeners({ catalog, kinds: TRIGGERS, async, leftOut, region, log });
  functions.start();
  const ofFlows = { triggers: flowTriggers, flows, runs, log };
  const subscribers = [functions, new FlowListeners(ofFlows)];
  const fanOut = new FanOut({ store, queue, subscribers, caughtUp: () => feed.caughtUp(), clock, log });
  const { signals } = storage;
  const signal = signals && new FactSignal({ signals, clock });
  if (signals !== undefined) deps.life.onStop(signals.onFacts(() => fanOut.wake()));
  const facts = new Facts({
    store,
    subscribers,
    quota: { entries: config.quotas.asyncEvents, bytes: config.quotas.asyncBytes },
    clock,
    wake: () => {
      // another server may have the duty
      if (!fanOut.wake()) signal?.report();
    },
    onError: (error) => log.error({ err: error }, 'the events of services that wait could not be counted'),
  });
  const left = (projectId: string, operation: string): void =>
    log.warn({ projectId, operation }, 'an audit event starts nothing: too many events of the project wait');
  deps.iam.audit.recordWith(auditFacts(facts, left));
  const timing = { clock, steady: () => steady.now(), log };
  const sourceDeps = { ...timing, catalog, triggers, async, leftOut, region };
  const flowTimers = new TimerSource(new FlowTimers(ofFlows), timing);
  const brokerStates = new BrokerStateStore(storage.db);
  const room = new BatchRoom(ROOM_BYTES);
  const invocations = new SourceInvocations({
    accepting: { catalog, clock: steady, random: Math.random },
    ...{ invoker, queue, clock, deadLetters: deps.deadLetterBox },
    wallTime: clock.now,
    newId: newRequestId,
  });
  const targets = [new FunctionTargets({ catalog, invocations, async, leftOut, region }), new FlowTargets(ofFlows)];
  const brokers = new BrokerTriggers({
    ...{ room, targets, region, clock, log, sealer: deps.sealer, brokerHosts: config.brokerHosts },
    kinds: new Map(TRIGGERS.flatMap(({ code, broker }) => (broker === undefined ? [] : [[code, broker]]))),
    states: brokerStates,
    readBytes: config.brokerReadBytes,
    drain: deps.life.drain,
  });
  return {
    brokerStates,
    batches: { room, targets },
    facts,
    sources: triggerSources(sourceDeps, [flowTimers, fanOut, brokers]),
  };
}

export type ServiceParts = ReturnType<typeof serviceParts>;

type SourceDeps = Root &
  Pick<StateParts, 'leases' | 'duty'> &
  Pick<ControlParts, 'triggers' | 'flowTriggers'> &
  Pick<ServiceParts, 'sources'>;

/** One server serves the sources of triggers. Call when their events can be delivered. */
export async function startSources(deps: SourceDeps): Promise<void> {
  const { log, life, leases, triggers, flowTriggers, sources } = deps;
  const duty: Duty = deps.duty('triggers', {
    begin: async (lease) => {
      const fired = new Map([...(await triggers.lastTicks()), ...(await flowTriggers.store.ticks.last())]);
      sources.start({ fired, guard: leases.guard(lease), onRefused: () => duty.doubt() });
      log.info({ epoch: lease.epoch }, 'this server serves the sources of triggers');
    },
    end: () => sources.stop(),
  });
  await duty.start();
  life.onStop(() => duty.stop());
}
