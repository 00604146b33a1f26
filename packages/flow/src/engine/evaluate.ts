import { Absent, Desk, NodeFailure, type Run } from './desk.ts';
import { enter } from './enter.ts';
import type { EventBody } from './events.ts';
import { exit } from './exit.ts';
import { RUN_LIMITS } from './limits.ts';
import { act, result } from './results.ts';
import type { StoredValue } from './values.ts';
import type { Work } from './work.ts';

/** Reads the next elements of a loop's array: a bounded number and a bounded size at once, so that no event is huge. */
function items(desk: Desk, work: Extract<Work, { step: 'items' }>): EventBody[] {
  const array = desk.plan.path && desk.eval(desk.plan.path, desk.json(work.input));
  if (!Array.isArray(array)) throw new NodeFailure('not_an_array', 'the array of the loop is gone');
  const read: StoredValue[] = [];
  let bytes = 0;
  for (const element of array.slice(work.from, work.from + RUN_LIMITS.loopWindow)) {
    const item = desk.write(element);
    if ('json' in item) bytes += item.bytes;
    if (bytes > RUN_LIMITS.loopWindowBytes && read.length > 0) break;
    read.push(item);
  }
  return [{ type: 'loop_items', exec: work.exec, items: read }];
}

/** The events that follow from a work, or the digests that `values.read` lacks. */
export type Evaluated = ({ readonly events: readonly EventBody[] } | { readonly missing: readonly string[] }) & {
  /** See `Desk`. */
  readonly cost: number;
};

/** Evaluates a work. Depends on its arguments only, so a work may be evaluated again, and in any thread. */
export function evaluate(run: Run, work: Work): Evaluated {
  const plan = run.plan.nodes.get(work.node);
  if (!plan) throw new Error(`the definition has no node ${work.node}`);
  const desk = new Desk(run, work, plan);
  try {
    return { events: eventsOf(desk, work), cost: desk.cost };
  } catch (error) {
    if (error instanceof Absent) return { missing: error.digests, cost: desk.cost };
    if (error instanceof NodeFailure) {
      return { events: [{ type: 'node_failed', exec: work.exec, error: error.failure }], cost: desk.cost };
    }
    throw error;
  }
}

function eventsOf(desk: Desk, work: Work): EventBody[] {
  switch (work.step) {
    case 'enter':
      return enter(desk, work);
    case 'items':
      return items(desk, work);
    case 'act':
      return act(desk, work);
    case 'result':
      return result(desk, work);
    case 'output':
      return [exit(desk, work.output)];
  }
}
