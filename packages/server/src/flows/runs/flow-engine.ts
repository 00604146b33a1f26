import type { RunFinished } from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Catalog } from '../../control/index.ts';
import type { Invoker } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Storage } from '../../storage/index.ts';
import type { FlowCatalog } from '../types.ts';
import { ActiveRuns } from './actor/active-runs.ts';
import type { RunContext } from './actor/run-context.ts';
import { CallbackSecrets } from './callback-secrets.ts';
import { CallDispatcher } from './calls/call-dispatcher.ts';
import { FunctionCaller } from './calls/function-caller.ts';
import { ChildRuns } from './child-runs.ts';
import { NewRuns } from './new-runs.ts';
import { Plans } from './plans.ts';
import type { FlowRights } from './rights.ts';
import { RunControl } from './run-control.ts';
import { RunQuota, type RunQuotaLimits } from './run-quota.ts';
import { RunStore } from './store/run-store.ts';
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
  /** Calls of flows of one project at once. */
  readonly slots: number;
  readonly quota: RunQuotaLimits;
  /** Makes the secrets of callbacks; the same for all servers, and after a restart. */
  readonly callbackKey: string;
  /** Id of this server. */
  readonly owner: string;
  /** Ids of the other servers that live. */
  readonly others: () => Promise<readonly string[]>;
  /** Called when the end of a run is on disk. */
  readonly ended: (run: EndedRun) => void;
}

export interface EndedRun {
  readonly projectId: string;
  readonly flowId: string;
  readonly run: string;
  readonly status: RunFinished['status'];
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Large values in memory. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** Drives the runs of flows on this server. */
export class FlowEngine {
  readonly store: RunStore;
  readonly control: RunControl;
  readonly active: ActiveRuns;
  readonly quota: RunQuota;
  readonly #options: FlowEngineOptions;
  readonly #dispatcher: CallDispatcher;
  readonly #large = new LargeValues();

  constructor(options: FlowEngineOptions) {
    const { storage, flows, functions, invoker, rights, clock, log, slots, owner } = options;
    this.#options = options;
    this.store = new RunStore(storage);
    this.#dispatcher = new CallDispatcher({ slots, clock });
    this.quota = new RunQuota(this.store, options.quota);
    const { store } = this;
    const active = (): ActiveRuns => this.active;
    const large = this.#large;
    const plans = new Plans();
    const secrets = new CallbackSecrets(options.callbackKey);
    const newRuns = new NewRuns({ catalog: flows, active, plans, quota: this.quota, large, clock, owner });
    const children = new ChildRuns({
      store,
      catalog: flows,
      rights,
      newRuns,
      large,
      active,
      stop: (run) => this.control.stopRun(run),
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
      commands: { caller, children, large, log },
      cache: new ValueCache(CACHE_BYTES),
      plans,
      secrets,
      clock,
      log,
      owner,
      endOfChild: (end, context, actor) => children.endOf(end, context, actor),
      ended: (end, context, actor) => {
        this.#ended(end, context);
        children.ended(end, context, actor).catch((error: unknown) => {
          log.error({ run: context.run, err: error }, 'the end of a sub-flow could not be passed on');
        });
      },
    });
    this.control = new RunControl({ store, newRuns, active: this.active, secrets, clock, owner });
  }

  /** Takes over the runs of servers that no longer live, and goes on with them. */
  async start(): Promise<void> {
    const { owner, others, log } = this.#options;
    await this.quota.read();
    const claimed = await this.store.claim(owner, await others());
    if (claimed > 0) log.info({ claimed }, 'runs of flows go on');
    this.active.start();
  }

  /** Begins no more calls; those that run may end until the signal fires. What is open then is made again later. */
  async stop(): Promise<void> {
    this.#dispatcher.stop();
    await this.active.stop();
    await this.#large.stop();
  }

  #ended(
    { status, at }: RunFinished & { readonly at: number },
    { projectId, flowId, run, startedAt }: RunContext,
  ): void {
    this.#options.ended({ projectId, flowId, run, status, startedAt, endedAt: at });
  }
}
