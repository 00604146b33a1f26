import { check, type FlowDefinition, type Problem } from '@funcgraph/flow';

const placeOf = ({ node, edge, field }: Problem): string => JSON.stringify([node, edge?.from, edge?.to, field]);

/** What keeps a drawn flow from running. An empty field breaks no further rules, and a new flow is named when saved. */
export function problemsOf(flow: FlowDefinition): readonly Problem[] {
  const problems = check({ ...flow, name: flow.name || 'new' });
  const empty = new Set(problems.filter(({ key }) => key === 'form.empty').map(placeOf));
  return problems.filter((problem) => problem.key === 'form.empty' || !empty.has(placeOf(problem)));
}
