import type { Desk } from './desk.ts';
import type { NodeFinished } from './events.ts';
import type { Value } from './values.ts';

/** The node ends with `output` after its filter, on its normal edge. */
export function exit(desk: Desk, output: Value): NodeFinished {
  const filtered = desk.outputOf(desk.plan, output);
  return {
    type: 'node_finished',
    exec: desk.work.exec,
    ...(filtered ? { output: filtered } : {}),
    ...leading(desk.work.join, desk.plan.next),
  };
}

/** The field `to`: an edge to the join of the branch ends the branch. */
export function leading(join: string | null, next: string | null): { to?: string } {
  return next === null || next === join ? {} : { to: next };
}
