import { AsyncInvocations, DEAD_LETTER_TOPICS, DeadLetters, Dispatcher, Settlement } from '../invocation/index.ts';
import { newRequestId } from '../lib/ids.ts';
import { BacklogWatch, DeadLetterBox } from '../queue/index.ts';
import { notificationLetters } from '../services/index.ts';
import { Housekeeping } from '../startup/index.ts';
import { type ControlParts, sweepLeftovers, sweepShared } from './control-parts.ts';
import type { HostParts } from './host-parts.ts';
import type { InstanceParts } from './instance-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

/** The share of the account's concurrency that asynchronous invocations may use. */
const ASYNC_SHARE = 0.8;

export type AsyncDeps = Root &
  Pick<HostParts, 'refuseWhenFull'> &
  StateParts &
  ControlParts &
  Pick<InstanceParts, 'logs'> &
  Pick<InvocationParts, 'invoker'>;

/** Asynchronous invocations: accepts and runs them, and keeps those that failed permanently. */
export async function asyncParts(deps: AsyncDeps) {
  const { config, clock, log, life, refuseWhenFull, storage, queue, membership, leases, feed, catalog, steady } = deps;
  const { invoker, logs } = deps;
  const shared = { catalog, clock: steady, random: Math.random, newId: newRequestId, logs };
  const deadLetterBox = new DeadLetterBox({
    storage,
    queue,
    topics: [...DEAD_LETTER_TOPICS, ...notificationLetters.topics],
    now: clock.now,
    mostOfOwner: { messages: config.quotas.deadLetters, bytes: config.quotas.deadLetterBytes },
    onTrimmed: ({ group, dropped }) =>
      log.warn({ functionKey: group, dropped }, 'a project has too many dead letters: the oldest were removed'),
  });
  const dispatcher = new Dispatcher({
    queue,
    peers: membership,
    invoker,
    settlement: new Settlement({ ...shared, wallTime: clock.now, queue, deadLetters: deadLetterBox }),
    clock: steady,
    log: log.child({ module: 'dispatcher' }),
    // The rest is reserved for sync invocations.
    slots: Math.max(1, Math.floor(config.accountConcurrency * ASYNC_SHARE)),
  });
  await feed.follow('cancelled-message', (ids) => dispatcher.cancelRequested(ids));
  await dispatcher.start();
  life.drain.begun.addEventListener('abort', () => void dispatcher.stop(life.drain.closed));
  life.onStop(() => dispatcher.stop(life.drain.closed));
  // on SQLite nothing is changed by others
  if (storage.signals !== undefined) {
    const backlogWatch = new BacklogWatch({
      queue,
      peers: membership,
      clock,
      onError: (error) => log.error({ err: error }, 'the backlog could not be counted'),
    });
    backlogWatch.start();
    life.onStop(() => backlogWatch.stop());
  }
  const housekeeping = new Housekeeping({
    queue,
    deadLetters: deadLetterBox,
    sweepLeftovers: () => sweepLeftovers(deps),
    sweepShared: () => sweepShared(deps),
    reclaim: () => storage.reclaim(),
    clock,
    log,
    keep: {
      finishedDays: config.asyncRetainDays,
      deadDays: config.deadLetterRetainDays,
      deadPerFunction: config.deadLettersPerFunction,
    },
  });
  housekeeping.start();
  life.onStop(() => housekeeping.stop());
  const upkeep = deps.duty('housekeeping', {
    begin: (lease) => housekeeping.startShared(() => leases.isHeld(lease)),
    end: () => housekeeping.stopShared(),
  });
  await upkeep.start();
  life.onStop(() => upkeep.stop());
  const accepting = { ...shared, queue, dispatcher, deadLetters: deadLetterBox, refuseWhenFull };
  return {
    deadLetterBox,
    asyncInvocations: new AsyncInvocations(accepting),
    deadLetters: new DeadLetters({ ...shared, box: deadLetterBox, notifications: notificationLetters }),
  };
}

export type AsyncParts = Awaited<ReturnType<typeof asyncParts>>;
