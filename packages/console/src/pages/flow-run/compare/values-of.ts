import type { RecordedTry } from '@funcgraph/flow';
import { placeOf, type RunModel } from '../model/run-model.ts';
import type { RunDetail } from '../panel/run-panel.tsx';

/** Input and output of an attempt: the details of a run have them in the order of its log. */
export function valuesOf(
  detail: RunDetail,
  { byNode }: RunModel,
  place: Pick<RecordedTry, 'node' | 'inside' | 'attempt'>,
) {
  const found = byNode
    .get(place.node)
    ?.find((each) => each.attempt === place.attempt && placeOf(each) === placeOf(place));
  if (found === undefined) return undefined;
  return detail.node_execution_details.find(({ node_id }) => node_id === place.node)?.executions[found.nth];
}
