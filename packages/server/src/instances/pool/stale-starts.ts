interface Start {
  readonly key: string;
  readonly controller: AbortController;
  isStale: boolean;
}

/** Why a start was ended: its code was replaced, and no request waits for it. */
export class StartReplaced extends Error {}

/** Starts for requests of one function. Those of replaced code hold room that the new code needs: they end with their last request. */
export class StaleStarts {
  readonly #starts = new Set<Start>();
  #stale = 0;

  begins(key: string): { readonly signal: AbortSignal; readonly ends: () => void } {
    const start: Start = { key, controller: new AbortController(), isStale: false };
    this.#starts.add(start);
    const ends = (): void => {
      this.#starts.delete(start);
      if (start.isStale) this.#stale -= 1;
    };
    return { signal: start.controller.signal, ends };
  }

  retire(isStale: (key: string) => boolean, isAwaited: (key: string) => boolean): void {
    for (const start of this.#starts) {
      if (start.isStale || !isStale(start.key)) continue;
      start.isStale = true;
      this.#stale += 1;
    }
    this.endUnawaited(isAwaited);
  }

  endUnawaited(isAwaited: (key: string) => boolean): void {
    if (this.#stale === 0) return;
    for (const { key, controller, isStale } of this.#starts)
      if (isStale && !isAwaited(key)) controller.abort(new StartReplaced('its code was replaced'));
  }
}
