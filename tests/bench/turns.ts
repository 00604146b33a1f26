import type { LoadResult } from './load.ts';
import { median } from './section.ts';

const COUNTED = 3;

/**
 * Two measurements in turns, so that a machine that changes its pace meanwhile changes both. The first turn of each does
 * not count: the server compiles its code while it serves some ten thousand calls.
 */
export async function inTurns<One, Other>(
  measureMs: number,
  one: (measureMs: number) => Promise<One>,
  other: (measureMs: number) => Promise<Other>,
): Promise<readonly [readonly One[], readonly Other[]]> {
  const [ones, others]: [One[], Other[]] = [[], []];
  for (let turn = 0; turn <= COUNTED; turn += 1) {
    ones.push(await one(measureMs / COUNTED));
    others.push(await other(measureMs / COUNTED));
  }
  return [ones.slice(1), others.slice(1)];
}

/** The turn with the median of the calls in a second. */
export function middle<Turn extends LoadResult>(turns: readonly Turn[]): Turn {
  const perSecond = median(turns.map((turn) => turn.perSecond));
  return turns.find((turn) => turn.perSecond === perSecond) as Turn;
}
