import type { FlowDefinition } from '../definition.ts';
import { closingEdges, type Graph, graphOf } from '../graph/graph.ts';
import { type Region, regionOf } from '../graph/regions.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { checkNode } from '../nodes/kinds.ts';
import type { Problem } from '../problems/problem.ts';
import { readDefinition } from '../reading/read-definition.ts';
import { checkEdges } from './edges.ts';
import { checkFacts, type Facts } from './facts.ts';
import { checkFlow } from './flow.ts';
import { checkStructure } from './structure.ts';
import { checkTriggers } from './triggers.ts';

/**
 * Every rule that the definition breaks, not only the first, but at most 200 problems: `[]` means that it can run. Without facts nothing is said
 * about the functions and flows that it names, without types of triggers nothing about these. Takes any definition of bounded size, such as one in an editor: what its
 * form breaks is reported too.
 */
export function check(definition: FlowDefinition, facts?: Facts, triggerTypes?: readonly string[]): readonly Problem[] {
  const read = readDefinition(definition);
  const form = read.ok ? [] : read.problems;
  if (form.some(({ key }) => !VALUES.includes(key))) return form;
  const problems: Problem[] = [...form];
  for (const one of checkRules(read.ok ? read.definition : definition, facts, triggerTypes)) {
    if (problems.length >= FLOW_LIMITS.problems) break;
    problems.push(one);
  }
  return problems;
}

/** Faults in form that leave a definition its types: the other rules are checked all the same. */
const VALUES = ['form.minimum', 'form.maximum', 'form.empty', 'form.long', 'form.characters'];

function* checkRules(
  definition: FlowDefinition,
  facts: Facts | undefined,
  triggerTypes: readonly string[] | undefined,
): Generator<Problem> {
  const graph = graphOf(definition);
  const regions = regionsOf(graph);
  yield* checkFlow(definition);
  yield* checkTriggers(definition.triggers, triggerTypes);
  yield* checkStructure(graph, regions);
  yield* checkEdges(graph, regions);
  for (const node of definition.nodes) yield* checkNode(node, graph);
  if (facts !== undefined) yield* checkFacts(definition, facts);
}

/**
 * Why an edge between two nodes is refused: the rules that it would break and that no further edge could mend. `[]` means
 * that it may be drawn.
 */
export function whyNot(definition: FlowDefinition, from: string, to: string): readonly Problem[] {
  const before = new Set(problemsOfLines(definition).map(identity));
  const drawn = { ...definition, edges: [...definition.edges, { from, to }] };
  return problemsOfLines(drawn).filter((one) => !before.has(identity(one)));
}

function problemsOfLines(definition: FlowDefinition): readonly Problem[] {
  const graph = graphOf(definition);
  return [...checkEdges(graph, regionsOf(graph))];
}

function identity({ key, node, edge, field, parameters }: Problem): string {
  return JSON.stringify([key, node, edge?.from, edge?.to, field, parameters]);
}

/** Cycles have no regions; they are reported themselves. */
function regionsOf(graph: Graph): readonly Region[] {
  if (closingEdges(graph).length > 0) return [];
  return graph.definition.nodes.filter(({ kind }) => kind === 'parallel').map(({ id }) => regionOf(graph, id));
}
