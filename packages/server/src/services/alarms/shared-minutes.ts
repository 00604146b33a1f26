import {
  type AlarmMinute,
  type AlarmScope,
  type FunctionMeasurement,
  measure,
  type Values,
} from '../../telemetry/index.ts';
import { LONGEST_WINDOW } from './due-periods.ts';
import type { FunctionMinutes } from './measures.ts';
import type { SharedMinuteStore } from './shared-minute-store.ts';

const MINUTE_MS = 60_000;
/** A server that exists and writes no minutes for so long is not waited for. */
const MOST_WAIT_MS = 2 * MINUTE_MS;
/** Minutes that one query may read. */
const BATCH_MINUTES = 10_000;

/** The minutes that all servers have written. */
export class SharedMinutes implements FunctionMinutes {
  readonly #store: Pick<SharedMinuteStore, 'read' | 'writtenTo' | 'purge'>;
  readonly #onMissing: () => void;
  #missingAt = 0;

  /** `onMissing` is called once a minute while minutes are read although a server has not written them. */
  constructor(store: Pick<SharedMinuteStore, 'read' | 'writtenTo' | 'purge'>, onMissing: () => void) {
    this.#store = store;
    this.#onMissing = onMissing;
  }

  /** Also removes the minutes that no rule can need any more. */
  async completeTo(end: number): Promise<number> {
    await this.#store.purge(end / MINUTE_MS - LONGEST_WINDOW);
    const written = ((await this.#store.writtenTo()) ?? Number.POSITIVE_INFINITY) * MINUTE_MS;
    if (written < end - MOST_WAIT_MS && this.#missingAt !== end) {
      this.#missingAt = end;
      this.#onMissing();
    }
    return Math.min(end, Math.max(written, end - MOST_WAIT_MS));
  }

  async measure(measurements: readonly FunctionMeasurement[]): Promise<readonly Values[]> {
    const values = new Map<FunctionMeasurement, Values>();
    const windows = Map.groupBy(measurements, ({ from, period, periods }) => `${from} ${period * periods}`);
    for (const alike of windows.values()) {
      const { from = 0, period = 0, periods = 0 } = alike[0] ?? {};
      const length = period * periods;
      const count = Math.max(1, Math.floor(BATCH_MINUTES / length));
      for (let at = 0; at < alike.length; at += count) {
        const batch = alike.slice(at, at + count);
        const minutes = await this.#read(batch, from, from + length);
        for (const one of batch) values.set(one, measure(one, minutes.get(scopeText(one.scope)) ?? []));
      }
    }
    return measurements.map((one) => values.get(one) ?? []);
  }

  async #read(
    measurements: readonly FunctionMeasurement[],
    from: number,
    to: number,
  ): Promise<Map<string, AlarmMinute[]>> {
    const scopes = new Set(measurements.map(({ scope }) => scopeText(scope)));
    const minutes = new Map<string, AlarmMinute[]>();
    for (const { scope, minute } of await this.#store.read([...scopes], from, to)) {
      const known = minutes.get(scope);
      if (known === undefined) minutes.set(scope, [minute]);
      else known.push(minute);
    }
    return minutes;
  }
}

/** No name of a function, version or alias has a colon. */
export function scopeText(scope: AlarmScope): string {
  switch (scope.kind) {
    case 'function':
      return scope.functionKey;
    case 'version':
      return `${scope.functionKey}:${scope.version}`;
    case 'alias':
      return `${scope.functionKey}:!${scope.alias}`;
  }
}
