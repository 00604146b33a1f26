import type { Config } from '../config/index.ts';
import { FlowListeners, type Flows, FlowTimers, type FlowTriggers, type RunService } from '../flows/index.ts';
import type { AsyncInvocations } from '../invocation/index.ts';
import type { Queue, SteadyTime } from '../queue/index.ts';
import { FactStore, Facts, FanOut } from '../services/index.ts';
import type { ChangeFeed, Storage } from '../storage/index.ts';
import { FunctionListeners, type SourceDeps, TimerSource, TRIGGERS, triggerSources } from '../triggers/index.ts';

export interface ServiceDeps extends Pick<SourceDeps, 'catalog' | 'triggers' | 'leftOut' | 'clock' | 'log'> {
  readonly config: Config;
  readonly storage: Storage;
  readonly feed: ChangeFeed;
  readonly queue: Queue;
  readonly flowTriggers: FlowTriggers;
  readonly flows: Flows;
  readonly runs: Pick<RunService, 'start'>;
  readonly async: Pick<AsyncInvocations, 'accept' | 'messageOf'>;
  readonly steady: SteadyTime;
}

/** Where events come from: timers, and what happens in services. Call when the catalog is filled. */
export function serviceParts(deps: ServiceDeps) {
  const { config, storage, feed, queue, catalog, async, flowTriggers, flows, runs, leftOut, clock, log } = deps;
  const { region, quotas } = config;
  const store = new FactStore(storage);
  const functions = new FunctionListeners({ catalog, kinds: TRIGGERS, async, leftOut, region, log });
  functions.start();
  const ofFlows = { triggers: flowTriggers, flows, runs, log };
  const subscribers = [functions, new FlowListeners(ofFlows)];
  const fanOut = new FanOut({ store, queue, subscribers, caughtUp: () => feed.caughtUp(), clock, log });
  const facts = new Facts({
    store,
    subscribers,
    quota: { facts: quotas.asyncEvents, bytes: quotas.asyncBytes },
    clock,
    wake: () => fanOut.wake(),
    onError: (error) => log.error({ err: error }, 'the events of services that wait could not be counted'),
  });
  const timing = { clock, steady: () => deps.steady.now(), log };
  const sourceDeps = { ...timing, catalog, triggers: deps.triggers, async, leftOut, region };
  const flowTimers = new TimerSource(new FlowTimers(ofFlows), timing);
  return { facts, sources: triggerSources(sourceDeps, [flowTimers, fanOut]) };
}
