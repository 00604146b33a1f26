import { placeOf, type RunModel, type ShownTry } from '../model/run-model.ts';
import type { TimeScale } from './time-scale.ts';

/** A node at one place: in a loop one iteration of it. Its attempts follow each other. */
export interface TimelineRow {
  readonly key: string;
  readonly node: string;
  readonly depth: number;
  /** Of the iteration or branch, from 0. */
  readonly index: number | undefined;
  readonly tries: readonly ShownTry[];
}

/** What stands inside a loop, a branch or a service follows it, in the order of its iterations. */
export function timelineRows({ tries }: RunModel): readonly TimelineRow[] {
  const children = new Map<string, TimelineRow[]>();
  const byPlace = Map.groupBy(tries, placeOf);
  for (const [key, those] of byPlace) {
    const [first] = those;
    if (first === undefined) continue;
    const { node, inside } = first;
    const around = inside.at(-1);
    const owner = around === undefined ? '' : placeOf({ node: around.node, inside: inside.slice(0, -1) });
    // what is around it may be unknown still
    const parent = byPlace.has(owner) ? owner : '';
    const row = { key, node, depth: inside.length, index: around?.index, tries: those };
    const beside = children.get(parent);
    if (beside === undefined) children.set(parent, [row]);
    else beside.push(row);
  }
  const below = (parent: string): TimelineRow[] =>
    (children.get(parent) ?? [])
      .toSorted((one, other) => (one.index ?? 0) - (other.index ?? 0))
      .flatMap((row) => [row, ...below(row.key)]);
  return below('');
}

export interface Bar {
  readonly kind: 'good' | 'bad' | 'busy' | 'off' | 'wait';
  /** Parts of the whole, from 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** The bars of a row; the time until the next attempt is a wait. */
export function barsOf({ tries }: TimelineRow, { partOf: part }: TimeScale, now: number): readonly Bar[] {
  return tries.flatMap((each): Bar[] => {
    const { status, startedAt, endedAt = now, retryAt, due } = each;
    const tone = { running: 'busy', success: 'good', fail: 'bad', cancel: 'off' } as const;
    const kind = due !== undefined && status !== 'fail' ? 'wait' : tone[status];
    const bar: Bar = { kind, from: part(startedAt), to: part(endedAt) };
    if (retryAt === undefined) return [bar];
    return [bar, { kind: 'wait', from: bar.to, to: part(retryAt) }];
  });
}
