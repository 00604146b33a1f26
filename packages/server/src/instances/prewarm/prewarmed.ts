import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { Bursts } from '../pool/bursts.ts';
import type { BootedRuntime } from '../start/boot-runtime.ts';
import type { LaunchSpec, RuntimeLaunch } from '../start/launch-spec.ts';
import { type PrewarmLimits, prewarmTarget } from './prewarm-target.ts';

interface Shelf {
  readonly launch: RuntimeLaunch;
  /** Of the signature that other servers know. */
  readonly hash: string;
  readonly waiting: BootedRuntime[];
  starting: number;
  /** Functions that could need it. */
  readonly neededBy: Set<string>;
  readonly starts: Bursts;
  /** After a failed start, the earliest time of the next one. */
  pausedUntil: number;
  /** Since when a replacement waits for a calm moment. */
  heldSince: number | undefined;
}

/** The largest recent burst of starts of one runtime on a server. */
export interface RuntimeBurst {
  /** Hash of the launch signature. */
  readonly runtime: string;
  readonly starts: number;
}

interface PrewarmedOptions {
  /** Boots a runtime without code; rejects when it cannot. */
  readonly boot: (launch: RuntimeLaunch) => Promise<BootedRuntime>;
  readonly clock: Clock;
  readonly limits: PrewarmLimits;
  /** Whether instances need the remaining memory. */
  readonly isTight: () => boolean;
  readonly log: Logger;
}

const PAUSE_MS = 10_000;
const TEND_EVERY_MS = 5_000;
/** The start that took a runtime uses the processors first, also when none waits any more. */
const REFILL_AFTER_MS = 20;
/** While some wait, replacements are made between bursts; under lasting demand one each second. */
const CALM_MS = 300;
const PATIENCE_MS = 1_000;
/** Filling the shelves must not take the processors from requests. */
const MAX_STARTING = 1;
/** Languages are few, images are not: most images that wait although no function needed them recently. */
const MAX_UNUSED_IMAGES = 16;
/** Other servers hear of so many runtimes, those with the largest bursts. */
export const MOST_BURSTS = 64;

/**
 * Started runtimes that wait, frozen, for the code of any function. None has ever loaded code: each serves one version
 * and is not reused.
 */
export class Prewarmed {
  readonly #options: PrewarmedOptions;
  readonly #shelves = new Map<string, Shelf>();
  #forOthers: (runtime: string) => number = () => 0;
  #timer: Timer | undefined;
  #refill: Timer | undefined;
  /** Of the last start that took a runtime or found none. */
  #lastStart = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: PrewarmedOptions) {
    this.#options = options;
  }

  /** A function on this runtime exists: its first call should not wait for the interpreter. */
  want(launch: RuntimeLaunch, functionKey: string): void {
    for (const shelf of this.#shelves.values()) shelf.neededBy.delete(functionKey);
    this.#shelf(launch).neededBy.add(functionKey);
    this.#tend();
  }

  forget(functionKey: string): void {
    for (const shelf of this.#shelves.values()) shelf.neededBy.delete(functionKey);
    this.#tend();
  }

  /** Returns a waiting runtime, if any; the caller owns it. Counts as a start either way. */
  take(spec: LaunchSpec): BootedRuntime | undefined {
    const shelf = this.#shelf(spec.runtime);
    this.#lastStart = this.#options.clock.monotonic();
    shelf.starts.add(this.#lastStart);
    const booted = shelf.waiting.shift();
    this.#tendIn(REFILL_AFTER_MS);
    return booted;
  }

  #tendIn(ms: number): void {
    this.#refill?.cancel();
    this.#refill = this.#options.clock.after(ms, () => {
      this.#refill = undefined;
      this.#tend();
    });
  }

  /** Whether a replacement may be started now; if not, schedules the next look. */
  #isCalm(shelf: Shelf, now: number): boolean {
    const since = now - this.#lastStart;
    shelf.heldSince ??= now;
    if (shelf.waiting.length === 0 || since >= CALM_MS || now - shelf.heldSince >= PATIENCE_MS) {
      shelf.heldSince = undefined;
      return true;
    }
    this.#tendIn(CALM_MS - since);
    return false;
  }

  /** How many runtimes wait here for bursts at other servers, by the hash of the signature. */
  followOthers(forOthers: (runtime: string) => number): void {
    this.#forOthers = forOthers;
  }

  /** What other servers hear, largest first. */
  bursts(): readonly RuntimeBurst[] {
    const now = this.#options.clock.monotonic();
    return [...this.#shelves.values()]
      .map(({ hash, starts }) => ({ runtime: hash, starts: starts.largest(now) }))
      .filter(({ starts }) => starts > 0)
      .sort((a, b) => b.starts - a.starts)
      .slice(0, MOST_BURSTS);
  }

  /** Waiting runtimes, for gauges. */
  get waiting(): number {
    let count = 0;
    for (const shelf of this.#shelves.values()) count += shelf.waiting.length;
    return count;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#refill?.cancel();
    const all = [...this.#shelves.values()].flatMap((shelf) => shelf.waiting.splice(0));
    await Promise.allSettled(all.map((booted) => booted.sandbox.stop()));
  }

  #shelf(launch: RuntimeLaunch): Shelf {
    let shelf = this.#shelves.get(launch.signature);
    if (shelf === undefined) {
      shelf = {
        launch,
        hash: hashOf(launch),
        waiting: [],
        starting: 0,
        neededBy: new Set(),
        starts: new Bursts(this.#options.limits.quietMs),
        pausedUntil: 0,
        heldSince: undefined,
      };
      this.#shelves.set(launch.signature, shelf);
    }
    return shelf;
  }

  /** Starts missing runtimes, stops superfluous ones, and schedules the next look. */
  #tend(): void {
    if (this.#stopped) return;
    const { clock, limits, isTight } = this.#options;
    const now = clock.monotonic();
    let starting = 0;
    for (const shelf of this.#shelves.values()) starting += shelf.starting;
    let unusedImages = 0;
    for (const [signature, shelf] of this.#shelves) {
      const unusedMs = shelf.starts.sinceLast(now);
      const isImage = shelf.launch.rootfs !== undefined;
      if (isImage && unusedMs === undefined) unusedImages += 1;
      const isTooMany = isImage && unusedImages > MAX_UNUSED_IMAGES;
      const requested = shelf.neededBy.size > 0 && !isTooMany;
      const burst = shelf.starts.largest(now);
      const forOthers = this.#forOthers(shelf.hash);
      const demand = { burst, forOthers, unusedMs, requested, isTight: isTight() };
      const target = prewarmTarget(demand, limits);
      while (shelf.waiting.length > target) this.#discard(shelf.waiting.pop());
      const isMissing = shelf.waiting.length + shelf.starting < target && shelf.pausedUntil <= now;
      if (!isMissing) shelf.heldSince = undefined;
      if (isMissing && starting < MAX_STARTING && this.#isCalm(shelf, now)) {
        starting += 1;
        void this.#add(shelf);
      }
      if (target === 0 && shelf.starting === 0) this.#shelves.delete(signature);
    }
    if (this.#shelves.size > 0) {
      this.#timer ??= clock.after(TEND_EVERY_MS, () => {
        this.#timer = undefined;
        this.#tend();
      });
    }
  }

  async #add(shelf: Shelf): Promise<void> {
    shelf.starting += 1;
    try {
      const booted = await this.#options.boot(shelf.launch);
      if (this.#stopped) this.#discard(booted);
      else this.#keep(shelf, booted);
    } catch (error) {
      shelf.pausedUntil = this.#options.clock.monotonic() + PAUSE_MS;
      if (!this.#stopped) this.#options.log.warn({ err: error }, 'a runtime could not be prewarmed');
    }
    shelf.starting -= 1;
    this.#tend();
  }

  #keep(shelf: Shelf, booted: BootedRuntime): void {
    shelf.waiting.push(booted);
    void booted.sandbox.exited.then(() => {
      const at = shelf.waiting.indexOf(booted);
      if (at < 0) return;
      shelf.waiting.splice(at, 1);
      booted.link.destroy();
      this.#tend();
    });
  }

  #discard(booted: BootedRuntime | undefined): void {
    if (booted === undefined) return;
    booted.link.destroy();
    // A sandbox that cannot be stopped ends with its agent.
    booted.sandbox.stop().catch(() => {});
  }
}

function hashOf({ signature, commonSignature = signature }: RuntimeLaunch): string {
  return createHash('sha256').update(commonSignature).digest('base64url').slice(0, 22);
}
