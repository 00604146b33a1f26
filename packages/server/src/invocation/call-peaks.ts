/** After a peak, as many instances stay for this time. */
export const COOL_DOWN_MS = 5 * 60_000;
/** Peaks within this time become one. */
const STEP_MS = 10_000;

interface SeenPeak {
  readonly at: number;
  readonly calls: number;
}

/** The most calls at once of the last minutes, by id. */
export class CallPeaks {
  #peaks = new Map<string, readonly SeenPeak[]>();

  /** Adds the peaks of the time since the call before; other ids are removed. */
  add(now: number, calls: ReadonlyMap<string, number>): void {
    const next = new Map<string, readonly SeenPeak[]>();
    for (const [id, count] of calls) {
      const recent = (this.#peaks.get(id) ?? []).filter(({ at }) => at > now - COOL_DOWN_MS && at <= now);
      const last = recent.at(-1);
      if (last === undefined || now - last.at >= STEP_MS) next.set(id, [...recent, { at: now, calls: count }]);
      else next.set(id, [...recent.slice(0, -1), { at: last.at, calls: Math.max(last.calls, count) }]);
    }
    this.#peaks = next;
  }

  most(id: string): number {
    return Math.max(0, ...(this.#peaks.get(id) ?? []).map(({ calls }) => calls));
  }
}
