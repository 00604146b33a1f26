import type { RunFinished } from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Catalog } from '../../control/index.ts';
import type { Invoker } from '../../invocation/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import type { Storage } from '../../storage/index.ts';
import type { LogStore } from '../../telemetry/index.ts';
import type { Flows } from '../definitions/flows.ts';
import type { FlowCatalog } from '../types.ts';
import { ActiveRuns } from './actor/active-runs.ts';
import { Followers } from './actor/followers.ts';
import type { RoomLimits } from './actor/loaded-runs.ts';
import type { RunActor } from './actor/run-actor.ts';
import type { RunContext } from './actor/run-context.ts';
import { CallbackSecrets } from './callback-secrets.ts';
import { CallDispatcher } from './calls/call-dispatcher.ts';
import { FunctionCaller } from './calls/function-caller.ts';
import { ChildRuns } from './child-runs.ts';
import { ExpressRuns } from './express-runs.ts';
import { Forks } from './forks.ts';
import { ExpressLogs } from './logs/express-logs.ts';
import { FlowMinuteStore } from './metrics/flow-minute-store.ts';
import { FlowMinutes } from './metrics/flow-minutes.ts';
import { NewRuns } from './new-runs.ts';
import { Plans } from './plans.ts';
import { RunReader } from './read/run-reader.ts';
import type { FlowRights } from './rights.ts';
import { RunControl } from './run-control.ts';
import { RunQuota, type RunQuotaLimits } from './run-quota.ts';
import { RunStore } from './store/run-store.ts';
import { unlessAborted } from './unless-aborted.ts';
import { LargeValues } from './values/large-values.ts';
import { ValueCache } from './values/value-cache.ts';

export interface FlowEngineOptions {
  readonly storage: Storage;
  readonly flows: FlowCatalog;
  readonly functions: Catalog;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly rights: FlowRights;
  /** Steady time. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Gets the lines of express runs. */
  readonly logs: Pick<LogStore, 'append'>;
  /** Calls of flows of one project at once. */
  readonly slots: number;
  readonly quota: RunQuotaLimits;
  /** Makes the secrets of callbacks; the same for all servers, and after a restart. */
  readonly callbackKey: string;
  /** Id of this server now. */
  readonly owner: () => string;
  /** The clock of the machine. */
  readonly wallClock: Clock;
  /** How long ended runs are kept. */
  readonly retainDays: number;
  /** Removes definitions that neither flows nor these runs need. */
  readonly sweepDefinitions: Flows['sweep'];
  /** Called when the end of a run is on disk. */
  readonly ended?: (run: EndedRun) => void;
  /** Runs in memory. */
  readonly room?: RoomLimits;
}

export interface EndedRun {
  readonly projectId: string;
  readonly flowId: string;
  readonly run: string;
  readonly status: RunFinished['status'];
}

/** Large values in memory. */
const CACHE_BYTES = 64 * 1024 * 1024;

const CLAIM_AGAIN_MS = 1_000;
/** Runs that lost their owner while nothing came or left, such as those of a server that was stopped when it joined again. */
const CLAIM_EVERY_MS = 60_000;
const QUOTA_EVERY_MS = 60_000;
const PURGE_EVERY_MS = 3600_000;
const DAY_MS = 24 * 3600_000;
/** Runs removed in one statement. */
const PURGE_RUNS = 100;

/** Drives the runs of flows on this server. */
export class FlowEngine {
  readonly store: RunStore;
  readonly control: RunControl;
  readonly active: ActiveRuns;
  readonly express: ExpressRuns;
  readonly forks: Forks;
  readonly reader: RunReader;
  readonly followers = new Followers();
  readonly minutes: FlowMinutes;
  readonly #quota: RunQuota;
  readonly #expressLogs: ExpressLogs;
  readonly #options: FlowEngineOptions;
  readonly #dispatcher: CallDispatcher;
  readonly #large = new LargeValues();
  readonly #timers = new Set<Timer>();
  readonly #claiming: CoalescedTask;
  #owner: string;
  #isStopped = false;

  constructor(options: FlowEngineOptions) {
    const { storage, flows, functions, invoker, rights, clock, log, slots } = options;
    this.#options = options;
    this.#owner = options.owner();
    this.#claiming = new CoalescedTask(
      () => this.#claim(),
      (error) => {
        log.error({ err: error }, 'runs of another server were not taken over');
        this.#in(CLAIM_AGAIN_MS, () => this.takeOver());
      },
    );
    const owner = (): string => this.#owner;
    this.store = new RunStore(storage);
    this.#dispatcher = new CallDispatcher({ slots, clock });
    this.#quota = new RunQuota(this.store.upkeep, options.quota);
    const { wallClock } = options;
    this.minutes = new FlowMinutes({ store: new FlowMinuteStore(storage), clock: wallClock, log });
    const { store, minutes } = this;
    const quota = this.#quota;
    const active = (): ActiveRuns => this.active;
    const large = this.#large;
    const plans = new Plans();
    const secrets = new CallbackSecrets(options.callbackKey);
    const newRuns = new NewRuns({ catalog: flows, active, plans, quota, minutes, large, clock, owner });
    const children = new ChildRuns({
      store,
      catalog: flows,
      rights,
      newRuns,
      large,
      active,
      stop: (run) => this.control.stopRun(run),
      stopping: (run) => this.control.stopping(run),
      clock,
      owner,
    });
    const caller = new FunctionCaller({
      catalog: functions,
      invoker,
      dispatcher: this.#dispatcher,
      rights,
      clock,
      log,
    });
    this.active = new ActiveRuns({
      store,
      catalog: flows,
      commands: { caller, children, log },
      large,
      quota,
      followers: this.followers,
      ...(options.room === undefined ? {} : { room: options.room }),
      cache: new ValueCache(CACHE_BYTES),
      plans,
      secrets,
      clock,
      log,
      owner,
      orphaned: () => this.takeOver(),
      endOfChild: (end, context, actor) => children.endOf(end, context, actor),
      ended: (end, context, actor) => {
        this.#ended(end, context, actor);
        children.ended(end, context, actor).catch((error: unknown) => {
          log.error({ run: context.run, err: error }, 'the end of a sub-flow could not be passed on');
        });
      },
    });
    this.control = new RunControl({ store, newRuns, active: this.active, quota, secrets, clock, owner });
    this.express = new ExpressRuns({ catalog: flows, newRuns, active: this.active, minutes, clock });
    this.#expressLogs = new ExpressLogs({ logs: options.logs, clock: wallClock, log });
    this.forks = new Forks({ store, catalog: flows, control: this.control, active: this.active, quota, clock, owner });
    this.reader = new RunReader({ store, catalog: flows, clock, appended: (run) => this.followers.next(run) });
  }

  /** Stored runs of a project, and their bytes; other servers' runs of the last minute may be missing. */
  usage(projectId: string): { readonly runs: number; readonly bytes: number } {
    return this.#quota.usage(projectId);
  }

  /** Takes over the runs of servers that no longer live, and goes on with them. */
  async start(): Promise<void> {
    await this.#quota.read();
    await this.#claim();
    this.active.start();
    this.minutes.start();
    this.#every(CLAIM_EVERY_MS, () => this.#claim());
    this.#every(QUOTA_EVERY_MS, () => this.#quota.read());
    this.#every(PURGE_EVERY_MS, () => this.purge());
  }

  /** Call when servers came or left, or this one has another id. */
  takeOver(): void {
    this.#claiming.request();
  }

  async #claim(): Promise<void> {
    const { owner, log } = this.#options;
    if (owner() !== this.#owner) {
      this.#owner = owner();
      this.active.leaveAll();
    }
    const claimed = await this.store.claim(this.#owner);
    if (claimed > 0) log.info({ claimed }, 'runs of flows go on');
    this.active.look();
  }

  /** Messages of other servers for these runs; all that are stored when there are no keys. */
  async messages(runs: ReadonlySet<string> | undefined): Promise<void> {
    if (runs === undefined) this.active.look();
    else await Promise.all([...runs].map((run) => this.active.poke(run)));
  }

  /** Removes runs that ended before the days of retention or belong to deleted flows, and definitions that nothing needs. */
  async purge(): Promise<void> {
    const { clock, retainDays, sweepDefinitions } = this.#options;
    const before = clock.now() - retainDays * DAY_MS;
    for (const purge of [
      () => this.store.upkeep.purge(before, PURGE_RUNS),
      () => this.store.upkeep.purgeDeleted(PURGE_RUNS),
    ]) {
      for (let removed = PURGE_RUNS; removed === PURGE_RUNS; ) {
        const runs = await purge();
        for (const { project_id, bytes } of runs) this.#quota.add(project_id, -1, -Number(bytes));
        if (this.#isStopped) return;
        removed = runs.length;
      }
    }
    await sweepDefinitions((digests) => this.store.upkeep.pinned(digests));
  }

  /** Begins no more calls. Call it first when the server stops: running calls may still end, and their results are stored. */
  drain(): void {
    void this.#dispatcher.stop();
  }

  /** Waits for running calls until the signal fires. Ends no run: what is open then is made again by the next start. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    await unlessAborted(this.#dispatcher.stop(), signal);
    await this.active.stop(signal);
    await this.#large.stop();
    await this.minutes.stop();
  }

  #every(ms: number, work: () => Promise<void>): void {
    this.#in(ms, () => {
      work()
        .catch((error: unknown) => this.#options.log.error({ err: error }, 'upkeep of the runs of flows failed'))
        .finally(() => {
          if (!this.#isStopped) this.#every(ms, work);
        });
    });
  }

  #in(ms: number, work: () => void): void {
    const timer = this.#options.clock.after(ms, () => {
      this.#timers.delete(timer);
      work();
    });
    this.#timers.add(timer);
  }

  #ended(end: RunFinished & { readonly at: number }, context: RunContext, actor: RunActor): void {
    const { projectId, flowId, run, startedAt } = context;
    const { status, at } = end;
    this.minutes.ended(
      { projectId, flowId },
      { isFailed: status === 'fail' || status === 'timeout', ms: at - startedAt },
    );
    this.express.ended(actor);
    this.#expressLogs.ended(end, context, actor);
    this.#options.ended?.({ projectId, flowId, run, status });
  }
}
