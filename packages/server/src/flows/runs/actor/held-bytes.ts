import type { RunState, Value } from '@funcgraph/flow';

/** A live execution and its calls, without their values. */
const EXECUTION_BYTES = 512;

/**
 * About how many bytes a run holds in memory for what it does now. Large values are read when they are needed, and what
 * has ended is in the log only.
 */
export function heldBytes({ execs }: Pick<RunState, 'execs'>): number {
  let held = 0;
  for (const { input, calls, fan } of execs.values()) {
    held += EXECUTION_BYTES + inline(input);
    for (const { input: event, result } of calls) held += inline(event) + (result === undefined ? 0 : inline(result));
    if (fan === undefined) continue;
    for (const each of fan.results) if (each !== null) held += inline(each);
    for (const each of fan.items) held += inline(each);
  }
  return held;
}

function inline(value: Value): number {
  if ('json' in value) return value.bytes;
  if ('list' in value) return value.list.reduce((sum, each) => sum + inline(each), 0);
  if ('path' in value) return (value.base === null ? 0 : inline(value.base)) + inline(value.value);
  return 0;
}
