/** A version is short while its requests take less. */
const SHORT_MS = 1;
/** Work that may wait in one instance. */
const LANE_MS = 2;
const MOST = 16;
/** Most instances whose lanes are filled for each processor: requests that wait for something else leave it to others. */
const MOST_OF_A_PROCESSOR = 8;
/** Most instances that are compared for one request. */
const MOST_WORKERS = 64;
/** Successes in a row before the requests of a version share instances. */
const CLEAN_AFTER = 100;
/** How long they do not after a failure. */
const PAUSE_MS = 10_000;
/** Weights of the latest duration in the average, which follows the fast ones: the others waited for a processor. */
const LATEST = 0.2;
const LATEST_SLOWER = 0.03;

/** A trial judges no request of this time: those that end then began in the crowd. */
const SETTLE_MS = 50;
/** Least and most time between two trials; each one that changed nothing doubles it. */
const TRIAL_MS = 1_000;
const MOST_TRIAL_MS = 5 * 60_000;

/** What one request shows of the speed of its version. */
export interface LaneSample {
  /** Duration in the runtime; undefined if the runtime did not report it. */
  readonly ownMs: number | undefined;
  readonly cpuMs: number | null | undefined;
  /** More requests of the function ran than the machine has processors. */
  readonly isCrowded: boolean;
}

/**
 * Decides how many requests of one version may be sent to an instance that runs one at a time.
 *
 * In a crowd a request waits for a processor while it runs, so a short one looks long and keeps the crowd alive: each gets
 * an instance for itself. When requests use much less processor time than they take, a trial assumes that they take only
 * that. If they wait for something else, their durations end the trial after some dozens.
 */
export class LaneDepth {
  #ownMs: number | undefined;
  #cpuMs: number | undefined;
  #clean = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #trialMs = TRIAL_MS;

  /** Recent duration of a fast request; undefined before the first. */
  get ownMs(): number | undefined {
    return this.#ownMs;
  }

  ended({ ownMs, cpuMs, isCrowded }: LaneSample, now: number): void {
    if (ownMs === undefined) return;
    this.#clean += 1;
    if (typeof cpuMs === 'number') this.#cpuMs = towards(this.#cpuMs ?? cpuMs, cpuMs, LATEST);
    const before = this.#ownMs ?? ownMs;
    if (ownMs <= before) this.#ownMs = towards(before, ownMs, LATEST);
    else if (now - this.#triedAt >= SETTLE_MS) this.#ownMs = towards(before, ownMs, LATEST_SLOWER);
    if (isCrowded) this.#try(now);
  }

  #try(now: number): void {
    if (this.#clean < CLEAN_AFTER || this.#cpuMs === undefined || this.#cpuMs >= SHORT_MS) return;
    const sinceMs = now - this.#triedAt;
    if (this.#ownMs === undefined || this.#ownMs < SHORT_MS || sinceMs < this.#trialMs) return;
    this.#trialMs = sinceMs > MOST_TRIAL_MS ? TRIAL_MS : Math.min(MOST_TRIAL_MS, 2 * this.#trialMs);
    this.#triedAt = now;
    this.#ownMs = this.#cpuMs;
  }

  /** A request damaged its instance, timed out, or left output that is not read. */
  failed(now: number): void {
    this.#clean = 0;
    this.#pausedUntil = now + PAUSE_MS;
  }

  isPaused(now: number): boolean {
    return now < this.#pausedUntil;
  }

  /** 1 when each request needs an instance for itself. */
  depth(now: number): number {
    if (this.#clean < CLEAN_AFTER || this.#ownMs === undefined || this.#ownMs >= SHORT_MS) return 1;
    return this.isPaused(now) ? 1 : Math.min(MOST, Math.floor(LANE_MS / Math.max(this.#ownMs, LANE_MS / MOST)));
  }

  /** How many instances keep so many processors busy with requests of this version. */
  workers(processors: number): number {
    const [own, cpu] = [this.#ownMs ?? 0, this.#cpuMs ?? 0];
    const waits = cpu > 0 ? Math.min(MOST_OF_A_PROCESSOR, Math.max(1, own / cpu)) : MOST_OF_A_PROCESSOR;
    return Math.min(MOST_WORKERS, Math.ceil(processors * waits));
  }
}

function towards(average: number, latest: number, weight: number): number {
  return average + weight * (latest - average);
}
