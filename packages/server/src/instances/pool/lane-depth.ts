/** A version is short while its requests take less. */
const SHORT_MS = 1;
/** Work that may wait in one instance. */
const LANE_MS = 2;
const MOST = 16;
/** Successes in a row before the requests of a version share instances. */
const CLEAN_AFTER = 100;
/** How long they do not after a failure. */
const PAUSE_MS = 10_000;
/** Weights of the latest duration in the average, which follows the fast ones: the others waited for a processor. */
const LATEST = 0.2;
const LATEST_SLOWER = 0.03;

/** Decides how many requests of one version may be sent to an instance that runs one at a time. */
export class LaneDepth {
  #ownMs: number | undefined;
  #clean = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** Recent duration of a fast request; undefined before the first. */
  get ownMs(): number | undefined {
    return this.#ownMs;
  }

  /** A request ended, after so many ms in the runtime. */
  ended(ownMs: number | undefined): void {
    if (ownMs === undefined) return;
    this.#clean += 1;
    const before = this.#ownMs ?? ownMs;
    this.#ownMs = before + (ownMs > before ? LATEST_SLOWER : LATEST) * (ownMs - before);
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
}
