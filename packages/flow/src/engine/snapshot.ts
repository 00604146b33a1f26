import type { JsonObject } from '../json/json.ts';
import type { Call, Callback, Exec, Fan, RunState } from './state.ts';
import type { Value } from './values.ts';

/** Changes whenever the state does: a snapshot only saves folding, so those of another version are discarded. */
const VERSION = 1;

/** The state as plain JSON, which shares its parts: serialise it before the state changes. */
export function toSnapshot(state: RunState): JsonObject {
  const table = new ValueTable();
  const { execs, timers, callbacks, digests, ready, output, ...rest } = state;
  const plain = {
    ...rest,
    version: VERSION,
    ...(output ? { output: table.put(output) } : {}),
    execs: [...execs.values()].map((exec) => mapExec<Value, number>(exec, (value) => table.put(value))),
    timers: [...timers],
    callbacks: [...callbacks].map(([key, one]) => [
      key,
      { ...one, ...(one.output ? { output: table.put(one.output) } : {}) },
    ]),
    digests: [...digests],
    ready: [...ready],
    values: table.values,
  };
  return plain as unknown as JsonObject;
}

/** The state that was saved; undefined for a snapshot of another version, whose log must be folded. */
export function fromSnapshot(snapshot: JsonObject): RunState | undefined {
  if (snapshot.version !== VERSION) return undefined;
  const { version: _, values, output, ...plain } = snapshot as unknown as Snapshot;
  const get = readTable(values);
  return {
    ...plain,
    ...(output === undefined ? {} : { output: get(output) }),
    execs: new Map(plain.execs.map((exec) => [exec.id, mapExec<number, Value>(exec, get) as Exec])),
    timers: new Map(plain.timers),
    callbacks: new Map(
      plain.callbacks.map(([key, one]) => {
        const { output: index, ...callback } = one;
        return [key, index === undefined ? callback : { ...callback, output: get(index) }];
      }),
    ),
    digests: new Set(plain.digests),
    ready: new Set(plain.ready),
  };
}

type Collections = 'execs' | 'timers' | 'callbacks' | 'digests' | 'ready' | 'output';

interface Snapshot extends Omit<RunState, Collections> {
  readonly version: number;
  readonly output?: number;
  readonly execs: readonly ExecOf<number>[];
  readonly timers: readonly [number, number][];
  readonly callbacks: readonly [string, Omit<Callback, 'output'> & { readonly output?: number }][];
  readonly digests: readonly string[];
  readonly ready: readonly number[];
  readonly values: readonly Flat[];
}

type CallOf<V> = Omit<Call, 'input' | 'result'> & { readonly input: V; readonly result?: V };
type FanOf<V> = Omit<Fan, 'results' | 'items'> & { readonly results: (V | null)[]; readonly items: V[] };
type ExecOf<V> = Omit<Exec, 'input' | 'calls' | 'fan'> & {
  readonly input: V;
  readonly calls: CallOf<V>[];
  readonly fan?: FanOf<V>;
};

function mapExec<A, B>({ calls, fan, ...exec }: ExecOf<A>, map: (value: A) => B): ExecOf<B> {
  return {
    ...exec,
    input: map(exec.input),
    calls: calls.map(({ result, ...call }) => ({
      ...call,
      input: map(call.input),
      ...(result === undefined ? {} : { result: map(result) }),
    })),
    ...(fan ? { fan: mapFan(fan, map) } : {}),
  };
}

function mapFan<A, B>(fan: FanOf<A>, map: (value: A) => B): FanOf<B> {
  return { ...fan, results: fan.results.map((one) => (one === null ? null : map(one))), items: fan.items.map(map) };
}

/** A value whose parts are indexes of earlier values. */
type Flat =
  | Exclude<Value, { path: unknown } | { list: unknown }>
  | { readonly base: number | null; readonly path: readonly string[]; readonly value: number; readonly bytes: number }
  | { readonly list: readonly number[]; readonly bytes: number };

/** Each value once: the iterations of a loop share their base, which may be large. */
class ValueTable {
  readonly values: Flat[] = [];
  readonly #indexes = new Map<Value, number>();

  put(value: Value): number {
    const known = this.#indexes.get(value);
    if (known !== undefined) return known;
    const index = this.values.push(this.#flat(value)) - 1;
    this.#indexes.set(value, index);
    return index;
  }

  #flat(value: Value): Flat {
    if ('list' in value) return { ...value, list: value.list.map((one) => this.put(one)) };
    if (!('path' in value)) return value;
    return { ...value, base: value.base && this.put(value.base), value: this.put(value.value) };
  }
}

function readTable(flat: readonly Flat[]): (index: number) => Value {
  const values: Value[] = [];
  const get = (index: number): Value => {
    const value = values[index];
    if (!value) throw new Error(`the snapshot has no value ${index}`);
    return value;
  };
  for (const one of flat) {
    if ('list' in one) values.push({ ...one, list: one.list.map(get) });
    else if ('path' in one)
      values.push({ ...one, base: one.base === null ? null : get(one.base), value: get(one.value) });
    else values.push(one);
  }
  return get;
}
