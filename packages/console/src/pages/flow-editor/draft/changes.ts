import { check, type FlowDefinition, type FlowEdge, type FlowNode, type Problem, whyNot } from '@funcgraph/flow';
import { parentOf } from '../../../parts/flow-graph/index.ts';

type Ends = Pick<FlowEdge, 'from' | 'to'>;

const isSame = (one: Ends, other: Ends): boolean => one.from === other.from && one.to === other.to;

export const nodeOf = (flow: FlowDefinition, id: string): FlowNode | undefined =>
  flow.nodes.find((node) => node.id === id);

export const addNode = (flow: FlowDefinition, node: FlowNode): FlowDefinition => ({
  ...flow,
  nodes: [...flow.nodes, node],
});

/** Sets fields of a node; `undefined` takes a field away. */
export function changeNode(
  flow: FlowDefinition,
  id: string,
  change: Readonly<Record<string, unknown>>,
): FlowDefinition {
  const nodes = flow.nodes.map((node) => {
    if (node.id !== id) return node;
    const fields = Object.entries({ ...node, ...change }).filter(([, value]) => value !== undefined);
    return Object.fromEntries(fields) as FlowNode;
  });
  return { ...flow, nodes };
}

/** Takes nodes away, with what stands inside them and the lines from and to them. */
export function removeNodes(flow: FlowDefinition, ids: readonly string[]): FlowDefinition {
  const isGone = (node: FlowNode) => ids.includes(node.id) || ids.includes(parentOf(node) ?? '');
  const gone = new Set(flow.nodes.filter(isGone).map(({ id }) => id));
  return {
    ...flow,
    nodes: flow.nodes.filter(({ id }) => !gone.has(id)),
    edges: flow.edges.filter(({ from, to }) => !gone.has(from) && !gone.has(to)),
  };
}

/** Draws a line. Out of a condition it is a branch: the first with an expression, the second the default one. */
export function addEdge(flow: FlowDefinition, { from, to }: Ends): FlowDefinition {
  const branch = newBranch(flow, from);
  return { ...flow, edges: [...flow.edges, { from, to, ...(branch && { branch }) }] };
}

function newBranch(flow: FlowDefinition, from: string): FlowEdge['branch'] | undefined {
  if (nodeOf(flow, from)?.kind !== 'condition') return undefined;
  const others = flow.edges.filter((edge) => edge.from === from);
  const needsDefault = others.length > 0 && others.every(({ branch }) => branch?.kind !== 'default');
  return needsDefault ? { kind: 'default' } : { kind: 'condition', expression: '' };
}

export const removeEdge = (flow: FlowDefinition, edge: Ends): FlowDefinition => ({
  ...flow,
  edges: flow.edges.filter((other) => !isSame(other, edge)),
});

export function changeBranch(flow: FlowDefinition, edge: Ends, branch: FlowEdge['branch'] | undefined): FlowDefinition {
  const { from, to } = edge;
  const edges = flow.edges.map((other) => (isSame(other, edge) ? { from, to, ...(branch && { branch }) } : other));
  return { ...flow, edges };
}

/** Puts a node onto a line: what led along the line now leads through the node. */
export function insertNode(flow: FlowDefinition, edge: FlowEdge, node: FlowNode): FlowDefinition {
  const edges = flow.edges.flatMap((other) =>
    isSame(other, edge)
      ? [
          { ...other, to: node.id },
          { from: node.id, to: edge.to },
        ]
      : [other],
  );
  const drawn = { ...flow, nodes: [...flow.nodes, node], edges };
  return node.kind === 'condition'
    ? changeBranch(drawn, { from: node.id, to: edge.to }, { kind: 'condition', expression: '' })
    : drawn;
}

/** Why a node cannot stand on a line: the rules that the two new lines would break. */
export function whyNotInsert(flow: FlowDefinition, edge: FlowEdge, node: FlowNode): readonly Problem[] {
  const cut = addNode(removeEdge(flow, edge), node);
  const before = whyNot(cut, edge.from, node.id);
  if (before.length > 0) return before;
  return whyNot({ ...cut, edges: [...cut.edges, { from: edge.from, to: node.id }] }, node.id, edge.to);
}

/** Why a node cannot stand inside a loop or a service. */
export function whyNotInside(flow: FlowDefinition, node: FlowNode, parent: string): readonly Problem[] {
  const inside = { ...node, parent } as FlowNode;
  return check(addNode(flow, inside)).filter(
    (problem) => problem.node === node.id && (problem.field === 'parent' || problem.field === 'kind'),
  );
}
