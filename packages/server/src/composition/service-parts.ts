import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Catalog } from '../control/index.ts';
import type { AsyncInvocations } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Queue } from '../queue/index.ts';
import { FactStore, Facts, FanOut } from '../services/index.ts';
import type { ChangeFeed, Storage } from '../storage/index.ts';
import { FunctionListeners, type SourceDeps, TRIGGERS } from '../triggers/index.ts';

export interface ServiceDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly feed: ChangeFeed;
  readonly queue: Queue;
  readonly catalog: Catalog;
  readonly async: Pick<AsyncInvocations, 'messageOf'>;
  readonly leftOut: SourceDeps['leftOut'];
  readonly clock: Clock;
  readonly log: Logger;
}

/** What happens in services, and the functions and flows that listen. Call when the catalog is filled. */
export function serviceParts(deps: ServiceDeps) {
  const { config, storage, feed, queue, catalog, async, leftOut, clock, log } = deps;
  const store = new FactStore(storage);
  const functions = new FunctionListeners({ catalog, kinds: TRIGGERS, async, leftOut, region: config.region, log });
  functions.start();
  const subscribers = [functions];
  const fanOut = new FanOut({
    store,
    queue,
    subscribers,
    caughtUp: () => feed.caughtUp(),
    clock,
    log: log.child({ module: 'facts' }),
  });
  const facts = new Facts({
    store,
    subscribers,
    quota: { facts: config.quotas.asyncEvents, bytes: config.quotas.asyncBytes },
    clock,
    wake: () => fanOut.wake(),
    onError: (error) => log.error({ err: error }, 'the events of services that wait could not be counted'),
  });
  return { facts, fanOut };
}
