import type { Logger } from 'pino';
import type { Catalog } from '../../control/index.ts';
import { MAX_DEPTH } from '../../domain/call-depth.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { idOf } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isGuard } from '../../storage/index.ts';
import type { SourceTargets, SourceTrigger } from '../consumers/source-trigger.ts';
import type { TriggerHealth } from '../consumers/trigger-health.ts';
import type { LogPositionStore } from './log-position-store.ts';
import type { LogReader, NewLines } from './log-reader.ts';
import { ltsEvent } from './lts-event.ts';
import { isLts, type LtsSettings } from './lts-settings.ts';

export interface LogTriggersDeps {
  readonly catalog: Pick<Catalog, 'entry'>;
  readonly targets: readonly SourceTargets[];
  readonly logs: LogReader;
  readonly store: LogPositionStore;
  readonly health: Pick<TriggerHealth, 'works' | 'fails' | 'forget'>;
  /** Days that logs are stored. */
  readonly retainDays: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Entry {
  readonly trigger: SourceTrigger<LtsSettings>;
  readonly functionKey: string;
  readonly unfollow: () => void;
  /** In the database; undefined before they are read. */
  stored: Map<string, number> | undefined;
  /** Lines that need no event are passed, too. */
  positions: Map<string, number>;
  /** Earlier days have no new lines. */
  firstDay: string;
  mayHaveLines: boolean;
  isHeldUp: boolean;
  /** The target took no event for the last lines. */
  isRefused: boolean;
}

/** Lines of this time are in one event, if they fit. */
const BATCH_MS = 1000;
const BATCH_LINES = 100;
/** Of one trigger, before the others have their turn. */
const BATCHES_A_TURN = 10;
const DAY_MS = 86_400_000;

const KINDS = new Set(['LTS']);
/** The log keeps the lines until the target takes them. */
const PASSING: ReadonlySet<string> = new Set(['disk_full', 'backlog_full', 'flow_run_quota', 'flow_storage_quota']);

/**
 * LTS triggers: new lines of the log of a function start another one, or a flow. Each server reads the lines of its own folder. The
 * event and the position behind its lines are stored in one step, so that a killed server neither loses nor repeats lines.
 */
export class LogTriggers {
  readonly #deps: LogTriggersDeps;
  readonly #entries = new Map<string, Entry>();
  readonly #turn: CoalescedTask;
  #timer: Timer | undefined;
  #stopFollowing: readonly (() => void)[] = [];
  #isOutdated = false;
  #stopped = false;
  #sweptOn = '';

  constructor(deps: LogTriggersDeps) {
    this.#deps = deps;
    this.#turn = new CoalescedTask(
      () => this.#readAll(),
      (error) => deps.log.error({ err: error }, 'new log lines could not be read; they are read again'),
    );
  }

  /** Call when the catalog is filled. */
  start(): void {
    const changed = (): void => {
      this.#isOutdated = true;
    };
    this.#stopFollowing = this.#deps.targets.map((target) => target.onChange(changed));
    this.#follow();
    this.#later();
  }

  /** Resolves when the events in progress are stored. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const stop of this.#stopFollowing) stop();
    for (const { unfollow } of this.#entries.values()) unfollow();
    await this.#turn.idle();
  }

  /** Lines in the folder of this server that have no event yet; undefined for a trigger that is not followed here. */
  async lag({ id, since }: Pick<SourceTrigger, 'id' | 'since'>): Promise<number | undefined> {
    const entry = this.#entries.get(id);
    if (entry === undefined || (entry.stored === undefined && !entry.isHeldUp)) return undefined;
    const { functionKey, firstDay, positions } = entry;
    return this.#deps.logs.countAfter({ functionKey, from: since, firstDay, after: positions });
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = this.#deps.clock.after(BATCH_MS, () => {
      this.#turn.request();
      void this.#turn.idle().then(() => this.#later());
    });
  }

  #follow(): void {
    this.#isOutdated = false;
    const enabled = this.#deps.targets.flatMap((target) => [...target.triggers(KINDS)]);
    const present = new Map(enabled.map((trigger) => [trigger.id, trigger]));
    for (const [id, { trigger, unfollow }] of this.#entries) {
      const { since, modifiedAt } = present.get(id) ?? {};
      if (trigger.since === since && trigger.modifiedAt === modifiedAt) continue;
      unfollow();
      this.#deps.health.forget(id, this.#deps.logs.folder);
      this.#entries.delete(id);
    }
    for (const trigger of present.values()) {
      const { id, settings, since } = trigger;
      if (!isLts(settings) || this.#entries.has(id)) continue;
      const source = this.#deps.catalog.entry(settings.streamId);
      if (source === undefined) continue;
      const functionKey = `${source.projectId}:${source.package}:${source.name}`;
      const unfollow = this.#deps.logs.onLines(functionKey, () => {
        entry.mayHaveLines = true;
      });
      const entry: Entry = {
        trigger: { ...trigger, settings },
        functionKey,
        unfollow,
        stored: undefined,
        positions: new Map(),
        firstDay: dayOf(since),
        mayHaveLines: true,
        isHeldUp: false,
        isRefused: false,
      };
      this.#entries.set(id, entry);
    }
  }

  async #readAll(): Promise<void> {
    await this.#sweepDaily();
    if (this.#stopped) return;
    if (this.#isOutdated) this.#follow();
    const waiting = [...this.#entries.values()].filter(({ mayHaveLines }) => mayHaveLines);
    if (waiting.length === 0) return;
    for (const entry of waiting) entry.mayHaveLines = false;
    await this.#deps.logs.flush();
    for (const entry of waiting) {
      if (this.#stopped) return;
      try {
        if (await this.#read(entry)) entry.mayHaveLines = true;
        this.#noteHealth(entry);
      } catch (error) {
        entry.mayHaveLines = true;
        entry.stored = undefined;
        this.#heldUp(entry, error);
      }
    }
  }

  /** Whether more lines may follow. */
  async #read(entry: Entry): Promise<boolean> {
    const { logs, store, clock } = this.#deps;
    const { trigger, functionKey } = entry;
    if (entry.stored === undefined) {
      entry.stored = new Map(await store.of(trigger.id, logs.folder));
      entry.positions = new Map(entry.stored);
    }
    const { positions, stored } = entry;
    for (let batch = 0; batch < BATCHES_A_TURN; batch += 1) {
      if (this.#entries.get(trigger.id) !== entry) return false;
      const { firstDay } = entry;
      const request = { functionKey, from: trigger.since, firstDay, after: positions, limit: BATCH_LINES };
      const found = await logs.linesAfter(request);
      for (const [day, seq] of found.passed) positions.set(day, seq);
      if (found.lines.length === 0) {
        // a line may be as late as an hour
        entry.firstDay = dayOf(clock.now() - DAY_MS);
        return false;
      }
      const seq = await this.#deliver(entry, found, stored.get(found.day));
      stored.set(found.day, seq);
      positions.set(found.day, seq);
      entry.isHeldUp = false;
    }
    return true;
  }

  /** The position behind the lines of the event. */
  async #deliver(entry: Entry, { day, lines }: NewLines, before: number | undefined): Promise<number> {
    const { logs, store, log } = this.#deps;
    const { trigger } = entry;
    const { id, settings } = trigger;
    const tooDeep = lines.findIndex(({ depth }) => depth >= MAX_DEPTH);
    const usable = tooDeep < 0 ? lines : lines.slice(0, tooDeep);
    const { event, count } = usable.length > 0 ? ltsEvent(usable, settings) : ltsEvent(lines.slice(0, 1), settings);
    const { seq = 0, time = 0 } = lines[count - 1] ?? {};
    const position = { triggerId: id, folder: logs.folder, day, seq, before };
    // a log that lost its last lines with the power uses their numbers again
    const requestId = idOf(JSON.stringify(['lts', id, logs.folder, day, seq, time]));
    const depth = 1 + Math.max(0, ...usable.slice(0, count).map((line) => line.depth));
    const accepted = { event, requestId, depth };
    if (usable.length === 0) {
      const message = `The event of trigger ${settings.name} is left out: ${MAX_DEPTH} functions ran one after another, each started by what the one before logged or called`;
      trigger.leaveOut(accepted, message);
      await store.skip(position);
      return seq;
    }
    try {
      await trigger.accept(accepted, [store.move(position)]);
      entry.isRefused = false;
    } catch (error) {
      if (!isFinal(error)) throw error;
      log.info({ triggerId: id, lines: count, err: error }, 'log lines are left out: the target takes no event');
      entry.isRefused = true;
      this.#deps.health.fails(id, logs.folder, error);
      await store.skip(position);
    }
    return seq;
  }

  #noteHealth({ trigger: { id }, isRefused }: Entry): void {
    if (!isRefused && this.#entries.has(id)) this.#deps.health.works(id, this.#deps.logs.folder);
  }

  #heldUp(entry: Entry, error: unknown): void {
    const { health, logs, log } = this.#deps;
    const details = { triggerId: entry.trigger.id, err: error };
    if (isGuard(error)) {
      log.debug(details, 'a trigger was changed while its log was read');
    } else {
      health.fails(entry.trigger.id, logs.folder, error);
      if (!entry.isHeldUp) log.warn(details, 'new log lines wait: their event could not be stored');
    }
    entry.isHeldUp = true;
  }

  async #sweepDaily(): Promise<void> {
    const { clock, store, retainDays } = this.#deps;
    const today = dayOf(clock.now());
    if (this.#sweptOn === today) return;
    await store.sweep(dayOf(clock.now() - retainDays * DAY_MS));
    this.#sweptOn = today;
  }
}

/** Whether the target refuses the event now and later: it is disabled or deleted. */
function isFinal(error: unknown): boolean {
  return error instanceof PlatformError && error.spec.audience === 'user' && !PASSING.has(error.code);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
