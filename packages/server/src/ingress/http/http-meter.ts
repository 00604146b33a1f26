const BOUNDS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000, 60_000] as const;

interface RouteMeter {
  /** Answers by the bucket that they fall into, the last one for those beyond all bounds. */
  readonly buckets: number[];
  readonly statuses: Map<string, number>;
  sumMs: number;
  count: number;
}

export interface RouteTimes {
  readonly route: string;
  /** Answers that took at most so many ms. */
  readonly upTo: ReadonlyArray<readonly [ms: number, count: number]>;
  readonly sumMs: number;
  readonly count: number;
  /** `2xx`, `4xx`, … to number of answers. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** How long answers took, by operation. Names are those of the route table and a few of ours, never of requests. */
export class HttpMeter {
  readonly #routes = new Map<string, RouteMeter>();

  observe(route: string, status: number, ms: number): void {
    let meter = this.#routes.get(route);
    if (meter === undefined) {
      meter = { buckets: new Array<number>(BOUNDS_MS.length + 1).fill(0), statuses: new Map(), sumMs: 0, count: 0 };
      this.#routes.set(route, meter);
    }
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && ms > (BOUNDS_MS[bucket] ?? 0)) bucket += 1;
    meter.buckets[bucket] = (meter.buckets[bucket] ?? 0) + 1;
    meter.sumMs += ms;
    meter.count += 1;
    const kind = CLASSES[Math.floor(status / 100)] ?? 'other';
    meter.statuses.set(kind, (meter.statuses.get(kind) ?? 0) + 1);
  }

  times(): RouteTimes[] {
    return [...this.#routes].map(([route, { buckets, statuses, sumMs, count }]) => {
      let sum = 0;
      const upTo = BOUNDS_MS.map((ms, index): [number, number] => {
        sum += buckets[index] ?? 0;
        return [ms, sum];
      });
      return { route, upTo, sumMs, count, statuses };
    });
  }
}

const CLASSES = ['other', '1xx', '2xx', '3xx', '4xx', '5xx'];
