import type { Logger } from 'pino';
import { Alarm } from '../../lib/alarm.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import type { LeasedMessage, Peers, Queue } from '../../queue/index.ts';
import { projectOf } from '../launch.ts';
import { fairShares, fitsOneMore, type GroupUse } from './fair-shares.ts';

export interface IntakeOptions {
  readonly queue: Queue;
  readonly topic: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Messages that run at once. */
  readonly slots: number;
  /** The most of one function; fair shares unless set. */
  readonly slotsPerGroup?: number;
  readonly leaseMs: number;
  /** Servers that enqueue too. */
  readonly peers?: Peers;
  /** Must not reject. Call `freeSlot` before the end when the remaining work needs no slot. */
  readonly run: (message: LeasedMessage, freeSlot: () => void) => Promise<void>;
}

interface Group {
  readonly project: string;
  /** Earliest known due time of a message. */
  dueAt: number;
  running: number;
  /** The last claim was full, so more messages may wait. */
  isBacklogged: boolean;
  lastTurn: number;
  pausedUntil: number;
  /** Claims in a row that found nothing, although a message was due. */
  misses: number;
}

/**
 * For running functions with a backlog, claims below this share of the slots are made at most once per interval,
 * because each claim costs a commit. A slot is idle for at most the interval.
 */
const BATCH_SHARE = 0.25;
const BATCH_MS = 10;
/** Pause after a failed database call, or while the server has no membership. One failure in this time is logged. */
const AFTER_ERROR_MS = 500;
/** Pauses while a due message cannot be taken, because another session has locked it. */
const AFTER_MISS = { firstMs: 1, mostMs: 100 };
/** Messages of other servers are looked for this often, and less often when that takes long, or when there are none. */
const LOOK_EVERY_MS = 500;
const LOOK_AT_LEAST_MS = 2_000;
const LOOK_SHARE = 0.1;

/**
 * Leases the messages of a topic and runs them, up to the number of slots, which go in turn to projects and their
 * functions. A message of this process gets a free slot as it is enqueued, unless others wait for one. It wakes for new
 * messages, due times and free slots, and polls only for messages of other servers.
 */
export class Intake {
  readonly #options: IntakeOptions;
  /** Functions with messages that are or will be due, or that run. */
  readonly #groups = new Map<string, Group>();
  readonly #perProject = new Map<string, number>();
  readonly #take: CoalescedTask;
  readonly #wake: Alarm;
  #stopListening: (() => void) | undefined;
  #stopTaking: (() => void) | undefined;
  #stopFollowing: (() => void) | undefined;
  readonly #look: CoalescedTask;
  #nextLook: Timer | undefined;
  #lookMs = LOOK_EVERY_MS;
  #free: number;
  #turns = 0;
  #nextSmallClaim = 0;
  #nextReport = 0;
  /** Slots that must become free before a claim is worth it. */
  #missing = 0;
  #unfinished = 0;
  /** Functions had due messages when slots were last given. */
  #areWaiting = false;
  #stopped = true;
  #whenFinished: (() => void) | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#free = options.slots;
    this.#take = new CoalescedTask(
      () => this.#takeDue(),
      (error) => options.log.error({ err: error, topic: options.topic }, 'the slots of the queue could not be shared'),
    );
    this.#wake = new Alarm(options.clock, () => this.#take.request());
    this.#look = new CoalescedTask(
      () => this.#lookAround(),
      (error) => {
        options.log.error({ err: error, topic: options.topic }, 'messages of other servers could not be looked for');
        this.#lookIn(LOOK_EVERY_MS);
      },
    );
  }

  /** Call after the queue has recovered the leases of a killed server. */
  async start(): Promise<void> {
    const { queue, topic, leaseMs } = this.#options;
    this.#stopped = false;
    this.#stopTaking = queue.onEnqueue(topic, { leaseMs, place: (group) => this.#place(group) });
    this.#stopListening = queue.onReady(topic, (dueAt, group) => {
      // A function that was due before is being claimed, or waits for a slot.
      if (this.#note(group, dueAt)) this.#wake.at(dueAt);
    });
    this.#stopFollowing = this.#options.peers?.onChange(() => this.#look.request());
    await this.#lookAround();
  }

  /** Leases no more messages; resolves when all running ones have ended, or when `signal` fires. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#stopTaking?.();
    this.#stopListening?.();
    this.#stopFollowing?.();
    this.#nextLook?.cancel();
    this.#wake.cancel();
    if (this.#unfinished === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenFinished = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
  }

  /** Claims no messages of a function for some time. */
  pause(group: string, ms: number): void {
    const { clock } = this.#options;
    this.#group(group).pausedUntil = clock.now() + ms;
    if (!this.#stopped) this.#wake.at(clock.now() + ms);
  }

  /** False when a message with an earlier due time was known already. */
  #note(group: string, dueAt: number): boolean {
    const known = this.#group(group);
    if (known.dueAt <= dueAt) return false;
    known.dueAt = dueAt;
    return true;
  }

  #group(group: string): Group {
    let known = this.#groups.get(group);
    if (known === undefined) {
      known = {
        project: projectOf(group),
        dueAt: Infinity,
        running: 0,
        isBacklogged: false,
        lastTurn: 0,
        pausedUntil: 0,
        misses: 0,
      };
      this.#groups.set(group, known);
    }
    return known;
  }

  async #lookAround(): Promise<void> {
    const { queue, topic, peers, clock } = this.#options;
    const begin = clock.monotonic();
    const groups = await queue.readyGroups(topic);
    for (const { group, dueAt } of groups) this.#note(group, dueAt);
    this.#take.request();
    const tookMs = clock.monotonic() - begin;
    if (peers === undefined || peers.others.length === 0) return;
    const soon = clock.now() + LOOK_AT_LEAST_MS;
    // what a server that yields accepts is taken by others alone
    const isLively = groups.some(({ dueAt }) => dueAt <= soon) || peers.others.some(({ draining }) => draining);
    this.#lookMs = isLively ? LOOK_EVERY_MS : Math.min(this.#lookMs * 2, LOOK_AT_LEAST_MS);
    this.#lookIn(Math.max(this.#lookMs, tookMs / LOOK_SHARE));
  }

  #lookIn(ms: number): void {
    if (this.#stopped) return;
    this.#nextLook?.cancel();
    this.#nextLook = this.#options.clock.after(ms * (1 + Math.random() / 4), () => this.#look.request());
  }

  async #takeDue(): Promise<void> {
    const { clock, slotsPerGroup = Infinity } = this.#options;
    // it looks again when its peers change
    while (!this.#stopped && this.#options.peers?.yields !== true) {
      this.#missing = 0;
      const waiting = this.#waiting();
      this.#areWaiting = waiting.length > 0;
      const shares = fairShares({
        free: this.#free,
        waiting,
        perProject: this.#perProject,
        mostPerGroup: slotsPerGroup,
      });
      if (shares.size === 0) return;
      const missing = this.#missingFor(shares);
      if (missing > 0 && clock.now() < this.#nextSmallClaim) {
        this.#missing = missing;
        this.#wake.at(this.#nextSmallClaim);
        return;
      }
      this.#nextSmallClaim = clock.now() + BATCH_MS;
      await Promise.all([...shares].map(([group, limit]) => this.#claim(group, limit)));
    }
  }

  /** The slot for a message that is about to be stored. Those that wait come first. */
  #place(name: string): ((message: LeasedMessage | undefined) => void) | undefined {
    const { clock, peers, slotsPerGroup: mostPerGroup = Infinity } = this.#options;
    if (this.#stopped || this.#areWaiting || peers?.yields === true) return undefined;
    const group = this.#group(name);
    const now = clock.now();
    if (group.isBacklogged || group.dueAt <= now || group.pausedUntil > now) return undefined;
    const held = { group: group.running, project: this.#perProject.get(group.project) ?? 0 };
    if (!fitsOneMore(held, { free: this.#free, mostPerGroup })) return undefined;
    this.#turns += 1;
    group.lastTurn = this.#turns;
    this.#hold(group, 1);
    this.#unfinished += 1;
    return (message) => {
      if (message === undefined) {
        this.#hold(group, -1);
        this.#take.request();
        this.#end();
        return;
      }
      // The caller learns first that it is stored, and logs that it waits.
      setImmediate(() => {
        void this.#run(group, message);
        this.#end();
      });
    };
  }

  /** Functions with messages that are due. Sets the alarm for those whose messages will be, and removes idle ones. */
  #waiting(): GroupUse[] {
    const now = this.#options.clock.now();
    const waiting: GroupUse[] = [];
    let next = Infinity;
    for (const [group, { project, dueAt, running, lastTurn, pausedUntil }] of this.#groups) {
      const from = Math.max(dueAt, pausedUntil);
      if (from <= now) waiting.push({ group, project, running, lastTurn });
      else if (from < Infinity) next = Math.min(next, from);
      else if (running === 0 && pausedUntil <= now) this.#groups.delete(group);
    }
    if (next < Infinity) this.#wake.at(next);
    return waiting;
  }

  /** How many more slots make a claim worthwhile; none for a function that does not run or has no backlog. */
  #missingFor(shares: ReadonlyMap<string, number>): number {
    let count = 0;
    for (const [group, share] of shares) {
      const known = this.#groups.get(group);
      if (known === undefined || known.running === 0 || !known.isBacklogged) return 0;
      count += share;
    }
    const { slots, slotsPerGroup = slots } = this.#options;
    return Math.ceil(Math.min(slots, slotsPerGroup) * BATCH_SHARE) - count;
  }

  async #claim(name: string, limit: number): Promise<void> {
    const { queue, topic, leaseMs, clock, log } = this.#options;
    const group = this.#group(name);
    this.#turns += 1;
    group.lastTurn = this.#turns;
    // Messages that become ready from now on set it again.
    group.dueAt = Infinity;
    this.#hold(group, limit);
    let leased: readonly LeasedMessage[] = [];
    try {
      leased = await queue.lease({ topic, group: name, limit, leaseMs });
    } catch (error) {
      if (clock.now() >= this.#nextReport) {
        this.#nextReport = clock.now() + AFTER_ERROR_MS;
        log.error({ err: error, topic, group: name }, 'messages could not be taken off the queue');
      }
      this.#failed(group, limit);
      return;
    }
    this.#hold(group, leased.length - limit);
    if (leased.length > 0) group.misses = 0;
    group.isBacklogged = leased.length === limit;
    for (const message of leased) void this.#run(group, message);
    if (group.isBacklogged) this.#note(name, clock.now());
    else await this.#noteNext(name);
  }

  /** Messages that become ready meanwhile wait, too: their claims would fail like this one. */
  #failed(group: Group, limit: number): void {
    const now = this.#options.clock.now();
    this.#hold(group, -limit);
    group.isBacklogged = false;
    group.dueAt = Math.min(group.dueAt, now);
    group.pausedUntil = Math.max(group.pausedUntil, now + AFTER_ERROR_MS);
  }

  async #noteNext(name: string): Promise<void> {
    const { queue, topic, clock } = this.#options;
    try {
      const dueAt = (await queue.nextDue(topic, name)) ?? Infinity;
      const group = this.#group(name);
      group.misses = dueAt > clock.now() ? 0 : group.misses + 1;
      // A due message that was not leased is locked by another session.
      this.#note(name, group.misses === 0 ? dueAt : clock.now() + pauseAfter(group.misses, AFTER_MISS));
    } catch {
      // a broken database is reported by the claim at that time
      this.#note(name, clock.now() + AFTER_ERROR_MS);
    }
  }

  #hold(group: Group, slots: number): void {
    group.running += slots;
    this.#free -= slots;
    const held = (this.#perProject.get(group.project) ?? 0) + slots;
    if (held === 0) this.#perProject.delete(group.project);
    else this.#perProject.set(group.project, held);
  }

  async #run(group: Group, message: LeasedMessage): Promise<void> {
    let holds = true;
    const freeSlot = (): void => {
      if (!holds) return;
      holds = false;
      this.#hold(group, -1);
      this.#missing -= 1;
      if (!this.#stopped && (this.#missing <= 0 || group.running === 0)) this.#take.request();
    };
    this.#unfinished += 1;
    try {
      await this.#options.run(message, freeSlot);
    } finally {
      freeSlot();
      this.#end();
    }
  }

  #end(): void {
    this.#unfinished -= 1;
    if (this.#stopped && this.#unfinished === 0) this.#whenFinished?.();
  }
}
