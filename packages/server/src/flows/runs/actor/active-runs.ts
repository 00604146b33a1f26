import {
  advance,
  begin,
  type FlowDefinition,
  fold,
  type RunEvent,
  type RunFinished,
  type RunStarted,
  type RunState,
  resume,
  type Step,
} from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../lib/clock.ts';
import type { AtomicStatement } from '../../../storage/index.ts';
import type { FlowCatalog } from '../../types.ts';
import type { CallbackSecrets } from '../callback-secrets.ts';
import type { Plans } from '../plans.ts';
import type { RunQuota } from '../run-quota.ts';
import type { RunRow } from '../store/run-rows.ts';
import type { RunStore } from '../store/run-store.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { LargeValues } from '../values/large-values.ts';
import { RunValues } from '../values/run-values.ts';
import type { ValueCache } from '../values/value-cache.ts';
import { Commands, type CommandsOptions } from './commands.ts';
import { DueRuns } from './due-runs.ts';
import type { Followers } from './followers.ts';
import { Inbox } from './inbox.ts';
import { type Loaded, LoadedRuns, ROOM, type RoomLimits } from './loaded-runs.ts';
import { LostOwnership, RunActor } from './run-actor.ts';
import { contextOf, type RunContext } from './run-context.ts';
import { ExpressLog } from './run-log.ts';
import { stateOf } from './stored-state.ts';

export interface ActiveRunsOptions {
  readonly store: RunStore;
  readonly catalog: Pick<FlowCatalog, 'definition'>;
  readonly commands: Omit<CommandsOptions, 'isOver' | 'large' | 'quota'>;
  readonly large: Pick<LargeValues, 'of'>;
  readonly quota: Pick<RunQuota, 'isFull' | 'add'>;
  readonly followers: Followers;
  readonly cache: ValueCache;
  readonly plans: Plans;
  readonly secrets: CallbackSecrets;
  /** Due times of runs. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Id of this server now. */
  readonly owner: () => string;
  /** Statements that tell the parent of a run its end. */
  readonly endOfChild: (end: RunFinished, context: RunContext, actor: RunActor) => Promise<readonly AtomicStatement[]>;
  /** Called when a run may have no owner. */
  readonly orphaned: () => void;
  /** Called when the end of a run is on disk. */
  readonly ended: (end: RunFinished & { readonly at: number }, context: RunContext, actor: RunActor) => void;
  readonly room?: RoomLimits;
}

export interface NewRun {
  readonly row: RunRow;
  readonly started: RunEvent & RunStarted;
  readonly definition: FlowDefinition;
  /** Values that the first event names. */
  readonly values: RunValues;
  /** Events after the first, of a fork. */
  readonly kept?: readonly RunEvent[];
  /** Stored in the same step. */
  readonly also?: readonly AtomicStatement[];
  /** Of values that `also` stores. */
  readonly copiedBytes?: number;
}

const QUIET_MS = 60_000;
/** Waiting runs that make room at once. */
const MOST_UNLOADED = 500;
const SWEEP_EVERY_MS = 10_000;
/** A run that could not be loaded, or whose step failed, is tried again after this time. */
const AGAIN_MS = 60_000;

/** The runs that this server drives. Those that only wait leave memory, and come back for a message or at their time. */
export class ActiveRuns {
  readonly #options: ActiveRunsOptions;
  readonly #loaded: LoadedRuns;
  readonly #loading = new Map<string, Promise<Loaded | undefined>>();
  /** New runs that are being stored: due already, but begun by their start. */
  readonly #creating = new Map<string, Promise<void>>();
  readonly #leaving = new Set<RunActor>();
  /** Runs that failed, until they are tried again. */
  readonly #postponed = new Map<string, Timer>();
  readonly #due: DueRuns;
  #sweeper: Timer | undefined;
  #isMakingRoom = false;
  #isStopped = false;

  constructor(options: ActiveRunsOptions) {
    this.#options = options;
    this.#loaded = new LoadedRuns(options.room);
    this.#due = new DueRuns({
      ...options,
      loaded: this.#loaded,
      load: async (run) => void (await this.#load(run)),
      deliver: async (run) => this.#readInbox(await this.#load(run)),
      crowded: () => void this.#makeRoom(),
    });
  }

  start(): void {
    this.#scheduleSweep();
    this.#due.start();
  }

  /** Loads due runs and runs with messages, as far as there is room. */
  look(): void {
    this.#due.look();
  }

  get size(): number {
    return this.#loaded.size;
  }

  /** Whether a run of the project may be loaded: each project leaves some room for the others. */
  hasRoom(projectId: string): boolean {
    return this.#loaded.hasRoom(projectId);
  }

  values({ run, mode }: Pick<RunRow, 'run' | 'mode'>, isStored: (digest: string) => boolean = () => false): RunValues {
    const { store, cache } = this.#options;
    const load = (digest: string): Promise<Buffer | undefined> => store.payloads.get(run, digest);
    return new RunValues({ cache, isStored, load, isVolatile: mode === 'EXPRESS' });
  }

  /** Stores a new run and begins it. False when a run with this id exists. */
  create(run: NewRun): Promise<boolean> {
    const id = run.row.run;
    const created = this.#create(run);
    const settled = created.then(noop, noop).then(() => {
      if (this.#creating.get(id) === settled) this.#creating.delete(id);
    });
    this.#creating.set(id, settled);
    return created;
  }

  async #create(run: NewRun): Promise<boolean> {
    const { store } = this.#options;
    const { row, started, values, kept = [], also = [], copiedBytes = 0 } = run;
    const hasRoom = this.hasRoom(row.project_id);
    const isStandard = row.mode === 'NORMAL';
    const loaded = hasRoom ? this.#beginning(run) : undefined;
    // the first step is stored with the run; if it ends the run, it is a step like any other
    const isWhole = loaded !== undefined && isStandard && loaded.step.events.at(-1)?.type !== 'run_finished';
    const events = [started, ...kept, ...(isWhole ? loaded.step.events : [])];
    const payloads = values.begun();
    const text = JSON.stringify(events);
    const stored = Buffer.byteLength(text) + copiedBytes;
    const bytes = payloads.reduce((sum, payload) => sum + payload.bytes.byteLength, stored);
    if (!(await store.create({ ...row, next_seq: events.length, bytes }, text, payloads, also))) return false;
    // the server joined again meanwhile: its runs of before were taken over without this one
    if (row.owner !== this.#options.owner()) this.#options.orphaned();
    if (loaded === undefined) {
      this.#due.waits();
      void this.#makeRoom();
      return true;
    }
    values.saved(payloads);
    const { state, step } = loaded;
    this.#run({ ...run, state, begun: [started], seq: events.length, step: isWhole ? { ...step, events: [] } : step });
    return true;
  }

  /** Begins a run that exists in memory only. */
  createVolatile(run: NewRun): void {
    const { state, step } = this.#beginning(run);
    this.#run({ ...run, state, begun: [run.started], seq: 1, step, isVolatile: true });
  }

  /** Takes the messages of a run of this server, which is loaded for it. Resolves when their results are on disk. */
  async poke(run: string): Promise<void> {
    const loaded = this.#loaded.get(run) ?? (await this.#load(run));
    await loaded?.inbox.read();
  }

  /** The actor of an express run in memory. */
  expressActor(run: string): RunActor | undefined {
    const loaded = this.#loaded.get(run);
    return loaded?.context.mode === 'EXPRESS' ? loaded.actor : undefined;
  }

  /** Runs leave this server, which has lost them; the next `look` loads those that it owns. */
  leaveAll(): void {
    for (const { actor } of this.#loaded.all()) {
      if (actor.parts.log.history === undefined) this.#lost(actor, new LostOwnership('the server joined again'));
    }
  }

  /**
   * Ends no run: what is open is made again by the next start. Results that are known are stored, unless the signal fires
   * before.
   */
  async stop(signal: AbortSignal): Promise<void> {
    this.#isStopped = true;
    this.#due.stop();
    this.#sweeper?.cancel();
    for (const timer of this.#postponed.values()) timer.cancel();
    const loaded = this.#loaded.all();
    const settled = loaded.map(async ({ actor, commands }) => {
      await commands.abandonAll();
      await actor.idle();
    });
    await unlessAborted(Promise.all(settled), signal);
    for (const { actor } of loaded) actor.close();
    this.#loaded.clear();
  }

  #beginning({ row, started, definition, values, kept = [] }: NewRun): { state: RunState; step: Step } {
    const state = begin(started);
    for (const event of kept) fold(state, event);
    const run = { plan: this.#options.plans.of(definition), values, facts: this.#factsOf(row, definition) };
    const now = this.#options.clock.now();
    return { state, step: kept.length === 0 ? advance(run, state, [], now) : resume(run, state, now) };
  }

  #run(parts: {
    readonly row: RunRow;
    readonly definition: FlowDefinition;
    readonly values: RunValues;
    readonly state: RunState;
    readonly seq: number;
    readonly step: Step;
    /** The first events of an express run. */
    readonly begun: readonly RunEvent[];
    readonly isVolatile?: boolean;
  }): Loaded {
    const { store, clock, log, followers, large, quota, commands: options } = this.#options;
    const { row, definition, values, state, seq, step } = parts;
    const { run, epoch, mode } = row;
    const context = contextOf(row);
    const isOver = (): boolean => this.#loaded.isOver(context.projectId);
    const commands = new Commands({ ...options, large: large.of(context.projectId), quota, isOver }, context);
    const isStandard = mode === 'NORMAL';
    const actor = new RunActor(
      {
        run,
        epoch,
        plan: this.#options.plans.of(definition),
        definition,
        facts: this.#factsOf(row, definition),
        values,
        log: isStandard ? store : new ExpressLog(parts.begun, parts.isVolatile === true ? undefined : store),
        clock,
        logger: log,
        perform: (command, each) => commands.perform(command, each),
        alongside: (list) => commands.alongside(list),
        appended: (bytes) => {
          this.#loaded.grew(run, bytes);
          if (isStandard) quota.add(context.projectId, 0, bytes);
          followers.appended(run);
          if (isStandard && isOver() && !this.#loaded.isFirst(run)) this.#park(run);
        },
        parked: (each) => void this.#unload(each),
        beforeEnd: (end, each) => this.#options.endOfChild(end, context, each),
        ended: (end, each) => {
          this.#remove(each);
          this.#options.ended(end, context, each);
        },
        lost: (each, error) => this.#lost(each, error),
      },
      state,
      seq,
    );
    actor.storedWakeAt = row.wake_at;
    const loaded = { actor, commands, context, inbox: new Inbox(store.inbox, actor) };
    this.#loaded.add(loaded);
    actor.begin(step);
    return loaded;
  }

  #load(run: string): Promise<Loaded | undefined> {
    const known = this.#loaded.get(run);
    if (known !== undefined || this.#isStopped) return Promise.resolve(known);
    if (this.#postponed.has(run)) return Promise.resolve(undefined);
    const creating = this.#creating.get(run);
    if (creating !== undefined) return creating.then(() => this.#load(run));
    const loading =
      this.#loading.get(run) ??
      this.#read(run)
        .catch((error: unknown) => {
          this.#options.log.error({ run, err: error }, 'a run of a flow could not be loaded');
          this.#postpone(run);
          return undefined;
        })
        .finally(() => this.#loading.delete(run));
    this.#loading.set(run, loading);
    return loading;
  }

  async #read(run: string): Promise<Loaded | undefined> {
    const { store, catalog, owner, clock } = this.#options;
    const stored = await store.load(run, owner());
    if (stored === undefined) return undefined;
    const { row } = stored;
    const definition = await catalog.definition(row.definition);
    const isStandard = row.mode === 'NORMAL';
    const { state, seq, begun } = await stateOf(stored, store);
    const values = this.values(row, (digest) => state.digests.has(digest));
    const facts = { plan: this.#options.plans.of(definition), values, facts: this.#factsOf(row, definition) };
    const step = isStandard ? resume(facts, state, clock.now()) : advance(facts, state, [], clock.now());
    if (this.#isStopped) return undefined;
    const loaded = this.#run({ row, definition, values, state, seq, step, begun });
    this.#readInbox(loaded);
    return loaded;
  }

  #readInbox(loaded: Loaded | undefined): void {
    loaded?.inbox.read().catch((error: unknown) => {
      const { run } = loaded.actor;
      this.#options.log.error({ run, err: error }, 'the messages of a run could not be read');
    });
  }

  #scheduleSweep(): void {
    this.#sweeper = this.#options.clock.after(SWEEP_EVERY_MS, () => {
      const before = this.#options.clock.now() - QUIET_MS;
      for (const { actor } of this.#loaded.all()) {
        if ((actor.quietSince ?? Number.POSITIVE_INFINITY) <= before) void this.#unload(actor);
      }
      this.#scheduleSweep();
    });
  }

  /** Runs that only wait leave memory before their time for runs that have work to do. Never rejects. */
  async #makeRoom(): Promise<void> {
    if (this.#isMakingRoom) return;
    this.#isMakingRoom = true;
    const quiet = this.#loaded
      .all()
      .filter(({ context }) => context.mode === 'NORMAL')
      .map(({ actor }) => actor)
      .filter(({ quietSince }) => quietSince !== undefined)
      .sort((a, b) => (a.quietSince ?? 0) - (b.quietSince ?? 0));
    await Promise.all(quiet.slice(0, MOST_UNLOADED).map((actor) => this.#unload(actor)));
    this.#isMakingRoom = false;
    if (this.#due.hasBacklog && quiet.length > 0) this.look();
  }

  /** A run that only waits leaves memory, unless something happens meanwhile. */
  async #unload(actor: RunActor): Promise<void> {
    const { store, clock, log } = this.#options;
    const { run, quietSince, parts } = actor;
    // what a parked run did not begin is due
    const wakeAt = actor.isParked ? clock.now() : actor.wakeAt;
    if (this.#leaving.has(actor) || this.#loaded.get(run)?.context.mode !== 'NORMAL') return;
    this.#leaving.add(actor);
    const at = wakeAt === Number.POSITIVE_INFINITY ? null : wakeAt;
    try {
      if (!(await store.sleep(run, parts.epoch, at))) return this.#lost(actor, new LostOwnership());
      actor.storedWakeAt = at;
      if (actor.quietSince !== quietSince || actor.isClosed) return;
      actor.close();
      this.#remove(actor);
      // it may have got a message after the last look at its inbox
      if ((await store.inbox.open(run)).length > 0) await this.poke(run);
      else if (at !== null) this.#due.due(at);
    } catch (error) {
      log.warn({ run, err: error }, 'a waiting run could not leave memory');
    } finally {
      this.#leaving.delete(actor);
    }
  }

  /** It begins nothing more, and leaves memory when what it began has ended: its project holds more than its share. */
  #park(run: string): void {
    const loaded = this.#loaded.get(run);
    if (loaded === undefined || !loaded.actor.park()) return;
    loaded.commands.withdraw();
    this.#due.waits();
  }

  #remove({ run }: RunActor): void {
    this.#loaded.remove(run);
    const { runs } = this.#options.room ?? ROOM;
    if (this.#due.hasBacklog && !this.#isStopped && this.#loaded.size < runs * 0.9) this.look();
  }

  #lost(actor: RunActor, error: unknown): void {
    const { run } = actor;
    const loaded = this.#loaded.get(run);
    if (loaded?.actor !== actor) return;
    actor.close();
    void loaded.commands.abandonAll();
    this.#remove(actor);
    this.#options.log.error({ run, err: error }, 'a run of a flow left this server');
    // it may belong to this server again, in another epoch
    if (error instanceof LostOwnership) this.look();
    else this.#postpone(run);
  }

  /** The run is loaded again later, if it is still owned here: until then it costs nothing. */
  #postpone(run: string): void {
    if (this.#isStopped || this.#postponed.has(run)) return;
    const again = (): void => {
      this.#postponed.delete(run);
      void this.#load(run);
    };
    this.#postponed.set(run, this.#options.clock.after(AGAIN_MS, again));
  }

  #factsOf({ run, id }: RunRow, { nodes }: FlowDefinition): { id: string; callback: Record<string, string> } {
    const callback: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const node of nodes) {
      if (node.kind === 'wait' && node.callback !== undefined)
        callback[node.id] = this.#options.secrets.idOf(run, node.id);
    }
    return { id, callback };
  }
}

const noop = (): void => {};
