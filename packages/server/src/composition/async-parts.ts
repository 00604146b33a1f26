import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Catalog } from '../control/index.ts';
import {
  AsyncInvocations,
  DEAD_LETTER_TOPICS,
  DeadLetters,
  Deliverer,
  type DeliverOptions,
  Dispatcher,
  type Invoker,
  postWebhook,
  type RequestLogs,
  Settlement,
} from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import { newRequestId } from '../lib/ids.ts';
import { BacklogWatch, DeadLetterBox, type Queue, type SteadyTime } from '../queue/index.ts';
import { notificationLetters } from '../services/index.ts';
import { Housekeeping } from '../startup/index.ts';
import type { Membership, Storage } from '../storage/index.ts';

/** The share of the account's concurrency that asynchronous invocations may use. */
const ASYNC_SHARE = 0.8;

export interface AsyncDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly queue: Queue;
  readonly membership: Membership;
  readonly catalog: Catalog;
  readonly invoker: Invoker;
  readonly logs: RequestLogs;
  readonly clock: Clock;
  /** For due times. */
  readonly steady: SteadyTime;
  readonly log: Logger;
  readonly refusalOf: DeliverOptions['refusalOf'];
  readonly topicRefusalOf: DeliverOptions['topicRefusalOf'];
  readonly topicMessage: DeliverOptions['topicMessage'];
  readonly storeObject: DeliverOptions['storeObject'];
  readonly sweepLeftovers: () => Promise<void>;
  readonly sweepShared: () => Promise<void>;
  readonly refuseWhenFull: () => void;
}

/** Asynchronous invocations: accepts and runs them, delivers their results, and keeps those that failed permanently. */
export function asyncParts(deps: AsyncDeps) {
  const { config, storage, queue, membership, catalog, invoker, logs, clock, steady, log, refusalOf } = deps;
  const shared = { catalog, clock: steady, random: Math.random, newId: newRequestId, logs };
  const box = new DeadLetterBox({
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
    settlement: new Settlement({ ...shared, wallTime: clock.now, queue, deadLetters: box }),
    clock: steady,
    log: log.child({ module: 'dispatcher' }),
    // The rest is reserved for sync invocations.
    slots: Math.max(1, Math.floor(config.accountConcurrency * ASYNC_SHARE)),
  });
  const deliverer = new Deliverer({
    ...shared,
    queue,
    peers: membership,
    deadLetters: box,
    refusalOf,
    topicRefusalOf: deps.topicRefusalOf,
    topicMessage: deps.topicMessage,
    storeObject: deps.storeObject,
    post: (post) => postWebhook(post, config.webhookHosts),
    log: log.child({ module: 'deliverer' }),
  });
  return {
    deadLetterBox: box,
    dispatcher,
    deliverer,
    backlogWatch: new BacklogWatch({
      queue,
      peers: membership,
      clock,
      onError: (error) => log.error({ err: error }, 'the backlog could not be counted'),
    }),
    invocations: new AsyncInvocations({
      ...shared,
      queue,
      dispatcher,
      deadLetters: box,
      refuseWhenFull: deps.refuseWhenFull,
    }),
    deadLetters: new DeadLetters({ ...shared, box, notifications: notificationLetters }),
    housekeeping: new Housekeeping({
      queue,
      deadLetters: box,
      sweepLeftovers: deps.sweepLeftovers,
      sweepShared: deps.sweepShared,
      reclaim: () => storage.reclaim(),
      clock,
      log,
      keep: {
        finishedDays: config.asyncRetainDays,
        deadDays: config.deadLetterRetainDays,
        deadPerFunction: config.deadLettersPerFunction,
      },
    }),
  };
}
