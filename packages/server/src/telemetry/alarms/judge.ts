import type { AlarmComparison, AlarmState, Values } from './types.ts';

export interface AlarmCondition {
  readonly comparison: AlarmComparison;
  readonly threshold: number;
  /** Number of periods that are looked at. */
  readonly periods: number;
  /** How many of them must be over the threshold: 1 to `periods`. */
  readonly breaching: number;
  /** What periods without values do when no other ones exist: the state stays, or becomes `no_data`. */
  readonly missing: 'keep' | 'no_data';
}

/**
 * The state after the last of `values`, of which there are as many as the condition has periods. A period without a value
 * may have been over the threshold or not: while that would change the result, the state stays as it was.
 */
export function judge(condition: AlarmCondition, values: Values, state: AlarmState): AlarmState {
  const known = values.filter((value) => value !== undefined);
  const over = known.filter((value) => isOver(condition, value)).length;
  if (over >= condition.breaching) return 'alarm';
  if (over + values.length - known.length < condition.breaching) return 'ok';
  return known.length === 0 && condition.missing === 'no_data' ? 'no_data' : state;
}

function isOver({ comparison, threshold }: AlarmCondition, value: number): boolean {
  switch (comparison) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
  }
}
